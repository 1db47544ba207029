import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { descriptors } from '#config/descriptors.ts';
import { inspectMessage } from '#config/inspect-message.ts';
import { ParseContext } from '#config/parse-context.ts';
import { type MessageTypeName, messageType } from '#config/registry.ts';
import { type SupportTable, supported } from '#config/support/message-support.ts';

const cluster = 'envoy.config.cluster.v3.Cluster';
const accessLog = 'envoy.config.accesslog.v3.AccessLog';
const file = 'envoy.extensions.access_loggers.file.v3.FileAccessLog';

const table: SupportTable = {
  [cluster]: {
    ...supported('name', 'transport_socket', 'metadata', 'connect_timeout', 'protocol_selection'),
    type: { values: ['STATIC'] },
    preconnect_policy: { warned: 'it is not needed' },
  },
  'envoy.config.trace.v3.DynamicOtConfig': supported('library', 'config'),
  [accessLog]: supported('name', 'typed_config'),
  [file]: supported('path'),
  'envoy.config.core.v3.Metadata': {
    filter_metadata: 'supported',
    typed_filter_metadata: 'opaque',
  },
};

function inspect(name: MessageTypeName, json: JsonObject) {
  const context = ParseContext.root('at');
  const type = messageType(name);
  const message = fromJson(type, json, { registry: descriptors() });
  inspectMessage(type, message, context, { unknownFields: 'reject', table });
  const told = (all: typeof context.errors) => all.map(({ path, reason }) => `${path}: ${reason}`);
  return { errors: told(context.errors), warnings: told(context.warnings) };
}

t.test('a field that the table does not name is refused when it is set', (t) => {
  t.same(inspect(cluster, { name: 'a', altStatName: 'b' }), {
    errors: [
      'at.alt_stat_name: the field alt_stat_name is valid in Envoy but not supported by Proa yet',
    ],
    warnings: [],
  });
  t.same(inspect(cluster, { name: 'a', altStatName: '', healthChecks: [] }).errors, []);
  t.end();
});

t.test('what a refused field holds is checked against its rules, but not refused again', (t) => {
  t.same(
    inspect(cluster, { name: 'a', commonLbConfig: { healthyPanicThreshold: { value: 101 } } }),
    {
      errors: [
        'at.common_lb_config: the field common_lb_config is valid in Envoy but not supported by Proa yet',
        'at.common_lb_config.healthy_panic_threshold.value: value must be inside range [0, 100]',
      ],
      warnings: [],
    },
  );
  t.end();
});

t.test('a field that may be ignored is reported once, whatever it holds', (t) => {
  t.same(inspect(cluster, { name: 'a', preconnectPolicy: { predictivePreconnectRatio: 2 } }), {
    errors: [],
    warnings: ['at.preconnect_policy: ignored: it is not needed'],
  });
  t.end();
});

t.test('a field may be supported with some of its values only', (t) => {
  t.same(inspect(cluster, { name: 'a', type: 'STATIC' }).errors, []);
  t.same(inspect(cluster, { name: 'a', type: 'EDS' }).errors, [
    'at.type: the value EDS is valid in Envoy but not supported by Proa yet',
  ]);
  t.end();
});

t.test('extensions are looked into, and refused by name when there is no table for them', (t) => {
  const typed = (type: string, content: JsonObject) => ({
    name: 'x',
    typedConfig: { '@type': `type.googleapis.com/${type}`, ...content },
  });
  t.same(inspect(accessLog, typed(file, { path: 'a', format: 'x' })).errors, [
    'at.typed_config.format: the field format is valid in Envoy but not supported by Proa yet',
  ]);
  t.same(inspect(accessLog, typed('envoy.config.core.v3.Metadata', {})).errors, []);
  const stdout = 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog';
  t.same(inspect(accessLog, typed(stdout, {})).errors, [
    `at.typed_config: the extension ${stdout} is valid in Envoy but not supported by Proa yet`,
  ]);
  t.end();
});

t.test('metadata may hold anything', (t) => {
  const metadata = {
    filterMetadata: { a: { b: [1] } },
    typedFilterMetadata: { x: { '@type': `type.googleapis.com/${cluster}`, altStatName: 'b' } },
  };
  t.same(inspect(cluster, { name: 'a', metadata }), { errors: [], warnings: [] });
  t.end();
});

t.test('fields that Envoy deprecates are reported, those that it disallows refused', (t) => {
  t.same(inspect(cluster, { name: 'a', protocolSelection: 'USE_DOWNSTREAM_PROTOCOL' }).warnings, [
    'at.protocol_selection: the field protocol_selection is deprecated in Envoy',
  ]);
  const config = { library: 'x', config: { a: 1 } };
  t.same(inspect('envoy.config.trace.v3.DynamicOtConfig', config).errors, [
    'at.library: the field library is deprecated and no longer allowed by Envoy',
    'at.config: the field config is deprecated and no longer allowed by Envoy',
  ]);
  t.end();
});

t.test('durations are neither negative nor longer than Envoy can count', (t) => {
  t.match(inspect(cluster, { name: 'a', connectTimeout: '-1s' }).errors, [
    /^at.connect_timeout: value must be greater/,
    'at.connect_timeout: the duration must not be negative',
  ]);
  t.same(inspect(cluster, { name: 'a', connectTimeout: '9223372035.999999999s' }).errors, []);
  t.same(inspect(cluster, { name: 'a', connectTimeout: '9223372036s' }).errors, [
    'at.connect_timeout: the duration is out of range',
  ]);
  t.end();
});
