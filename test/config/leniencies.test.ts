import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { toEnvoyJson } from '#config/envoy-json.ts';
import { bootstrapOf, errorsOf, load } from './load.ts';

/** What a text that is read without an error means. */
function meaningOf(text: string, format: 'yaml' | 'json' = 'yaml'): JsonObject {
  return toEnvoyJson(bootstrapOf(text, format));
}

/** Texts that are read as the other text, which is canonical JSON. */
const sameMeaning: readonly (readonly [
  what: string,
  format: 'yaml' | 'json',
  text: string,
  canonical: JsonObject,
])[] = [
  [
    'names in both spellings, mixed',
    'yaml',
    'statsFlushInterval: 1s\nadmin: { profile_path: a, ignoreGlobalConnLimit: true }',
    { stats_flush_interval: '1s', admin: { profile_path: 'a', ignore_global_conn_limit: true } },
  ],
  [
    'enum names in any case, and enum numbers',
    'yaml',
    'static_resources: { clusters: [{ name: a, type: strict_dns, lb_policy: 3, dns_lookup_family: "1" }] }',
    {
      static_resources: {
        clusters: [
          { name: 'a', type: 'STRICT_DNS', lb_policy: 'RANDOM', dns_lookup_family: 'V4_ONLY' },
        ],
      },
    },
  ],
  [
    'a single value where a list is expected, a list within a list, and an empty item',
    'yaml',
    'static_resources: { clusters: { name: a } }\nnode: { id: a, client_features: [[x], ~, z] }',
    {
      static_resources: { clusters: [{ name: 'a' }] },
      node: { id: 'a', client_features: ['x', '', 'z'] },
    },
  ],
  ['nothing for "not set"', 'yaml', 'node: ~\nadmin:\nflags_path: null', {}],
  [
    'words for booleans, also in quotes',
    'yaml',
    'stats_flush_on_admin: "yes"\nadmin: { ignore_global_conn_limit: On }',
    { stats_flush_on_admin: true, admin: { ignore_global_conn_limit: true } },
  ],
  [
    'numbers in hexadecimal and octal, as strings, whole ones with an exponent or a point',
    'yaml',
    'static_resources: { listeners: [{ name: a, tcp_backlog_size: 0x10 }, { name: b, tcp_backlog_size: 010 }, { name: c, tcp_backlog_size: "7" }, { name: d, tcp_backlog_size: 2e1 }, { name: e, tcp_backlog_size: 5.0 }, { name: f, tcp_backlog_size: 4294967295 }] }',
    {
      static_resources: {
        listeners: [16, 8, 7, 20, 5, 4294967295].map((size, index) => ({
          name: 'abcdef'.charAt(index),
          tcp_backlog_size: size,
        })),
      },
    },
  ],
  [
    'integers beyond 32 bits and fractions are strings until a field says otherwise',
    'yaml',
    'node: { id: 12345678901, cluster: 1.50, metadata: { big: 12345678901, half: 0.5, small: 5, yes: yes, none: ~ } }',
    {
      node: {
        id: '12345678901',
        cluster: '1.50',
        metadata: { big: '12345678901', half: '0.5', small: 5, yes: true, none: null },
      },
    },
  ],
  [
    'quoted scalars stay strings',
    'yaml',
    'node: { id: "5", cluster: \'yes\', metadata: { a: "5", b: "~" } }',
    { node: { id: '5', cluster: 'yes', metadata: { a: '5', b: '~' } } },
  ],
  [
    'keys tagged !ignore hold what others refer to',
    'yaml',
    '!ignore templates: &node { id: a, cluster: b }\nnode: *node',
    { node: { id: 'a', cluster: 'b' } },
  ],
  [
    'durations as text and as a message',
    'yaml',
    'stats_flush_interval: { seconds: 1, nanos: 500000000 }\nstatic_resources: { clusters: [{ name: a, connect_timeout: 0.25s }] }',
    {
      stats_flush_interval: '1.500s',
      static_resources: { clusters: [{ name: 'a', connect_timeout: '0.250s' }] },
    },
  ],
  [
    'only the first of several documents',
    'yaml',
    'node: { id: a }\n---\nfoo: bar',
    { node: { id: 'a' } },
  ],
  [
    'JSON with single quotes, bare keys and a comma too many',
    'json',
    "{node: {'id': 'a', client_features: ['x',],},}",
    { node: { id: 'a', client_features: ['x'] } },
  ],
  [
    'escapes of JSON, and line breaks in strings',
    'json',
    '{"node": {"id": "\\u00e4\\ud83d\\ude00\\n\\/\\"", "cluster": "a\nb"}}',
    { node: { id: 'ä😀\n/"', cluster: 'a\nb' } },
  ],
];

for (const [what, format, text, canonical] of sameMeaning) {
  t.test(`${format}: ${what}`, (t) => {
    t.same(meaningOf(text, format), canonical);
    t.end();
  });
}

t.test('YAML: of a key that is given twice the last one counts, with a warning', (t) => {
  const outcome = load('node: { id: a, client_features: [x], id: b, client_features: [z] }');
  t.same('warnings' in outcome && outcome.warnings, [
    'envoy.yaml:1:9: node.id: the key is given twice: the last one counts',
    'envoy.yaml:1:16: node.client_features: the key is given twice: the last one counts',
  ]);
  t.match('bootstrap' in outcome && toEnvoyJson(outcome.bootstrap), {
    node: { id: 'b', client_features: ['z'] },
  });
  t.end();
});

t.test('JSON: a key that is given twice is an error, also in free-form data', (t) => {
  t.same(errorsOf('{"node": {"id": "a", "id": "b", "metadata": {"x": 1, "x": 2}}}', 'json'), [
    'envoy.json:1:22: node.id: the field is given twice',
    'envoy.json:1:54: node.metadata.x: the key is given twice',
  ]);
  t.end();
});

t.test('extensions may be wrapped in a TypedStruct, whose content is checked as well', (t) => {
  const wrapped = (value: string): string =>
    `admin: { access_log: [{ name: x, typed_config: { "@type": type.googleapis.com/udpa.type.v1.TypedStruct, type_url: type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, value: { ${value} } } }] }`;
  t.same(errorsOf(wrapped('path: /dev/null, logFormat: { text_format: "%PROTOCOL%" }')), []);
  const config = 'admin.access_log[0].typed_config.value';
  const [pathless, misspelt] = [wrapped(''), wrapped('path: /dev/null, log_fromat: {}')];
  t.same(errorsOf(pathless), [
    `envoy.yaml:1:${pathless.indexOf('value:') + 1}: ${config}.path: value length must be at least 1 characters`,
  ]);
  t.same(errorsOf(misspelt), [
    `envoy.yaml:1:${misspelt.indexOf('log_fromat') + 1}: ${config}.log_fromat: envoy.extensions.access_loggers.file.v3.FileAccessLog has no such field; did you mean "log_format"?`,
  ]);
  t.end();
});
