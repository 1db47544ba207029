import { fromJson } from '@bufbuild/protobuf';
import t from 'tap';
import { checkReferences } from '#config/check-references.ts';
import { checkRouteReferences } from '#config/check-route-references.ts';
import { ParseContext } from '#config/parse-context.ts';
import { messageType } from '#config/registry.ts';
import { bootstrapOf, errorsOf, load } from './load.ts';

const router =
  '{ name: r, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }';

/** A bootstrap of the given listeners and of clusters without hosts. */
function bootstrap(
  listeners: readonly string[],
  clusters: readonly string[] = ['backend'],
): string {
  const all = clusters.map((name) => `{ name: ${name}, load_assignment: { cluster_name: x } }`);
  return `static_resources: { clusters: [${all.join(', ')}], listeners: [${listeners.join(', ')}] }`;
}

function listener(name: string, port: number, routes: string, more = ''): string {
  return `{ name: ${name}, address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }, ${more} filter_chains: [{ filters: [{ name: h, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager, stat_prefix: x, http_filters: [${router}], route_config: { name: table, ${routes} } } }] }] }`;
}

function host(name: string, domains: string, action = '{ cluster: backend }'): string {
  return `{ name: ${name}, domains: [${domains}], routes: [{ match: { prefix: / }, route: ${action} }] }`;
}

const plain = `virtual_hosts: [${host('v', '"*"')}]`;

/** Reasons without places. */
function reasons(text: string): string[] {
  return errorsOf(text).map((error) => error.replace(/^.*?\S: /, '').replace(/^\S+: /, ''));
}

t.test('a bootstrap in which every name is known and unique is fine', (t) => {
  const text = bootstrap([listener('a', 1, plain), listener('b', 2, plain)]);
  t.same(errorsOf(text), []);
  t.end();
});

t.test('clusters need names of their own', (t) => {
  t.same(reasons(bootstrap([], ['one', 'two', 'one'])), ['duplicate cluster (value: "one")']);
  t.end();
});

t.test('listeners need names of their own, where they have one', (t) => {
  const unnamed = [listener('""', 1, plain), listener('""', 2, plain)];
  t.same(reasons(bootstrap(unnamed)), []);
  t.same(reasons(bootstrap([listener('a', 1, plain), listener('a', 2, plain)])), [
    'another listener has this name (value: "a")',
  ]);
  t.end();
});

t.test('two listeners cannot bind one address', (t) => {
  t.same(reasons(bootstrap([listener('a', 80, plain), listener('b', 80, plain)])), [
    'the address is already taken by the listener "a" (value: "127.0.0.1:80")',
  ]);
  t.same(reasons(bootstrap([listener('a', 0, plain), listener('b', 0, plain)])), []);
  const unbound = listener('b', 80, plain, 'bind_to_port: false,');
  t.same(reasons(bootstrap([listener('a', 80, plain), unbound])), []);
  t.end();
});

t.test('routes name clusters that exist', (t) => {
  const to = (action: string, more = '') =>
    reasons(bootstrap([listener('a', 1, `${more} virtual_hosts: [${host('v', '"*"', action)}]`)]));
  t.same(to('{ cluster: backnd }'), ['route: unknown cluster \'backnd\'; did you mean "backend"?']);
  t.same(to('{ cluster: elsewhere }'), ["route: unknown cluster 'elsewhere'"]);
  t.same(
    to(
      '{ weighted_clusters: { clusters: [{ name: backend, weight: 1 }, { name: other, weight: 1 }] } }',
    ),
    ["route: unknown weighted cluster 'other'"],
  );
  t.same(to('{ cluster_header: x }'), []);
  t.same(to('{ cluster: elsewhere }', 'validate_clusters: false,'), []);
  t.end();
});

t.test('mirrors name clusters that exist, at every level', (t) => {
  const context = ParseContext.root();
  const config = fromJson(messageType('envoy.config.route.v3.RouteConfiguration'), {
    requestMirrorPolicies: [{ cluster: 'one' }, { cluster: 'backend' }],
    virtualHosts: [
      {
        requestMirrorPolicies: [{ cluster: 'two' }],
        routes: [{ route: { cluster: 'backend', requestMirrorPolicies: [{ cluster: 'three' }] } }],
      },
    ],
  });
  const options = { clusters: new Set(['backend']), validatesClusters: true };
  checkRouteReferences(config, context, options);
  t.same(context.errors, [
    { path: 'request_mirror_policies[0].cluster', reason: "route: unknown shadow cluster 'one'" },
    {
      path: 'virtual_hosts[0].request_mirror_policies[0].cluster',
      reason: "route: unknown shadow cluster 'two'",
    },
    {
      path: 'virtual_hosts[0].routes[0].route.request_mirror_policies[0].cluster',
      reason: "route: unknown shadow cluster 'three'",
    },
  ]);
  t.end();
});

t.test('domains are unique in a table, whatever their case', (t) => {
  const table = (...hosts: string[]) =>
    reasons(bootstrap([listener('a', 1, `virtual_hosts: [${hosts.join(', ')}]`)]));
  t.same(table(host('v', 'a.b'), host('w', 'A.b')), [
    'Only unique values for domains are permitted. Duplicate entry of domain a.b in route table (value: "A.b")',
  ]);
  t.same(table(host('v', '"*"'), host('w', '"*"')), [
    'Only a single wildcard domain is permitted in route table (value: "*")',
  ]);
  t.end();
});

t.test('virtual hosts of one name are told apart by nothing, which is worth a warning', (t) => {
  const hosts = `virtual_hosts: [${host('v', 'a')}, ${host('v', 'b')}]`;
  const outcome = load(bootstrap([listener('a', 1, hosts)]));
  const warnings = 'warnings' in outcome ? outcome.warnings : [];
  t.match(warnings, [/virtual_hosts\[1\].name: another virtual host has this name/]);
  t.equal(warnings.length, 1);
  t.end();
});

t.test('runtime layers need names of their own, and only one is for the admin', (t) => {
  t.same(
    reasons(
      'layered_runtime: { layers: [{ name: a, admin_layer: {} }, { name: a, static_layer: {} }, { name: b, admin_layer: {} }] }',
    ),
    ['duplicate layer name (value: "a")', 'at most one admin layer may be specified'],
  );
  t.end();
});

t.test('statistics are flushed by interval or on demand, not both', (t) => {
  t.same(reasons('stats_flush_interval: 1s\nstats_flush_on_admin: true'), [
    'only one of stats_flush_interval and stats_flush_on_admin can be set',
  ]);
  t.end();
});

t.test('a bootstrap without resources refers to nothing', (t) => {
  const context = ParseContext.root();
  checkReferences(bootstrapOf('{}'), context);
  t.same(context.errors, []);
  t.end();
});
