import t from 'tap';
import { toEnvoyJson } from '#config/envoy-json.ts';
import { loadBootstrap } from '#config/load-bootstrap.ts';
import { bootstrapOf, errorsOf, ingress, ingressWith, load } from './load.ts';

t.test('a bootstrap as people write it is read whole', (t) => {
  const outcome = load(ingress);
  t.same('errors' in outcome ? outcome.errors : outcome.warnings, []);
  t.end();
});

const manager = 'static_resources.listeners[0].filter_chains[0].filters[0].typed_config';
const shop = `${manager}.route_config.virtual_hosts[0]`;

t.test('all errors are told at once, in the order of the text', (t) => {
  const text = ingress
    .replace('region: eu', 'region: 5')
    .replace('stat_prefix:', 'stat_prefx:')
    .replace('status: 418', 'status: 99')
    .replace('type: STRICT_DNS', 'type: STRICT_DSN');
  const lines = errorsOf(text).map((error) => error.split(':')[1]);
  t.same(lines, ['2', '22', '65', '87']);
  t.end();
});

t.test('what a parser of internal types finds is told with the rest, but not twice', (t) => {
  const text = ingressWith('region: eu', 'region: 5');
  const loaded = loadBootstrap([{ text, fileName: 'envoy.yaml', format: 'yaml' }], {
    unknownFields: 'reject',
    parse: (_, context) => {
      const locality = context.at('node').at('locality');
      locality.at('region').error('is needed');
      locality.at('zone').error('is not known', { value: 'a' });
    },
  });
  const found = loaded.ok ? [] : loaded.error.map(({ path, position }) => [path, position?.line]);
  t.same(found, [
    ['node.locality.region', 2],
    ['node.locality.zone', 2],
  ]);
  t.end();
});

t.test('the result of the parser comes with the bootstrap', (t) => {
  const loaded = loadBootstrap([{ text: ingress, fileName: 'envoy.yaml', format: 'yaml' }], {
    unknownFields: 'reject',
    parse: (bootstrap) => bootstrap.staticResources?.clusters.map((cluster) => cluster.name),
  });
  t.same(loaded.ok && loaded.value.parsed, ['reviews-v1', 'reviews-v2']);
  t.same(loaded.ok && loaded.value.positionOf('static_resources.clusters[1].name'), {
    file: 'envoy.yaml',
    line: 85,
    column: 7,
  });
  t.end();
});

t.test('unknown fields and enum values become warnings when they are allowed', (t) => {
  const text = ingress
    .replace('use_remote_address: true', 'quux: true')
    .replace('response_code: found', 'response_code: FOUNDD');
  const outcome = load(text, 'yaml', 'warn');
  t.same('warnings' in outcome && outcome.warnings, [
    `envoy.yaml:24:17: ${manager}.quux: envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager has no such field; ignored`,
    `envoy.yaml:60:75: ${shop}.routes[1].redirect.response_code: envoy.config.route.v3.RedirectAction.RedirectResponseCode has no such value; ignored (value: "FOUNDD"); did you mean "FOUND"?`,
  ]);
  t.end();
});

t.test('a second source is merged over the first as protobuf merges messages', (t) => {
  const over = {
    text: '{"node": {"id": "other"}, "static_resources": {"clusters": [{"name": "third", "connect_timeout": "1s", "lb_polic": "RANDOM"}]}}',
    fileName: 'over.json',
    format: 'json' as const,
  };
  const base = { text: ingress, fileName: 'envoy.yaml', format: 'yaml' as const };
  const options = { unknownFields: 'warn' as const, parse: () => undefined };
  const loaded = loadBootstrap([base, over], options);
  if (!loaded.ok) throw new Error('the documents are valid');
  const { bootstrap, positionOf, warnings } = loaded.value;
  t.match(toEnvoyJson(bootstrap), {
    node: { id: 'other', cluster: 'edge' },
    static_resources: {
      clusters: [{ name: 'reviews-v1' }, { name: 'reviews-v2' }, { name: 'third' }],
    },
  });
  t.match(positionOf('static_resources.clusters[2].name'), { file: 'over.json', column: 62 });
  t.match(positionOf('static_resources.clusters[1].name'), { file: 'envoy.yaml', line: 85 });
  t.match(positionOf('node.id'), { file: 'over.json' });
  t.match(positionOf('node.cluster'), { file: 'envoy.yaml' });
  t.equal(warnings.length, 1);
  t.end();
});

t.test('settings that may be ignored are reported, and the bootstrap is used', (t) => {
  const outcome = load('enable_dispatcher_stats: true\nflags_path: ""\n');
  t.same('warnings' in outcome && outcome.warnings, [
    'envoy.yaml:1:1: enable_dispatcher_stats: ignored: there are no dispatcher statistics',
  ]);
  t.end();
});

t.test('an empty document and one that is no map are refused', (t) => {
  t.same(errorsOf(''), ['envoy.yaml:1:1: the document is empty']);
  t.same(errorsOf('- a'), ['envoy.yaml:1:1: expected a map, found a list']);
  t.same(errorsOf('hello'), ['envoy.yaml:1:1: expected a map, found a string (value: "hello")']);
  t.same(bootstrapOf('{}', 'json').node, undefined);
  t.end();
});
