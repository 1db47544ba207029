import t from 'tap';
import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import { routeNameFor, streamInfo, tableOfRoutes } from '../tools/route-tools.ts';

const toCluster = { route: { cluster: 'c' } };

t.test('gRPC requests are known by their content type', async (t) => {
  const table = tableOfRoutes([{ name: 'grpc', match: { prefix: '/', grpc: {} }, ...toCluster }]);
  const cases: [type: string | undefined, isGrpc: boolean][] = [
    ['application/grpc', true],
    ['application/grpc+proto', true],
    ['application/grpc-web', false],
    ['application/grpcx', false],
    ['APPLICATION/GRPC', false],
    ['application/grpc;x=1', false],
    ['text/plain', false],
    [undefined, false],
  ];
  for (const [type, expected] of cases) {
    const headers = type === undefined ? [] : ([['content-type', type]] as const);
    t.equal(routeNameFor(table, { headers }) === 'grpc', expected, String(type));
  }
});

t.test('the client certificate decides where a route asks for it', async (t) => {
  const tls = (presented: boolean, validated: boolean) =>
    streamInfo({
      tls: {
        version: 'TLSv1.3',
        peerCertificatePresented: presented,
        peerCertificateValidated: validated,
      },
    });
  const table = tableOfRoutes([
    { name: 'validated', match: { prefix: '/', tlsContext: { validated: true } }, ...toCluster },
    { name: 'presented', match: { prefix: '/', tlsContext: { presented: true } }, ...toCluster },
    {
      name: 'neither',
      match: { prefix: '/', tlsContext: { presented: false, validated: false } },
      ...toCluster,
    },
  ]);
  t.equal(routeNameFor(table, {}, 0, tls(true, true)), 'validated');
  t.equal(routeNameFor(table, {}, 0, tls(true, false)), 'presented');
  t.equal(routeNameFor(table, {}, 0, tls(false, false)), 'neither');
  t.equal(routeNameFor(table, {}), 'neither', 'a plain connection presents nothing');
});

t.test('a runtime fraction takes its share of the random values', async (t) => {
  const fraction = {
    defaultValue: { numerator: 25, denominator: 'TEN_THOUSAND' },
    runtimeKey: 'k',
  };
  const routes = [
    { name: 'few', match: { prefix: '/', runtimeFraction: fraction }, ...toCluster },
    { name: 'rest', match: { prefix: '/' }, ...toCluster },
  ];
  const table = tableOfRoutes(routes);
  t.equal(routeNameFor(table, {}, 24), 'few');
  t.equal(routeNameFor(table, {}, 25), 'rest');
  t.equal(routeNameFor(table, {}, 10_024), 'few');
  const runtime: RuntimeSnapshot = {
    featureEnabled: (key, fallback, random) =>
      key === 'k' && fallback.denominator === 10_000 && random === 77,
    getInteger: (_key, fallback) => fallback,
  };
  const overridden = tableOfRoutes(routes, runtime);
  t.equal(routeNameFor(overridden, {}, 77), 'few');
  t.equal(routeNameFor(overridden, {}, 0), 'rest');
});

t.test('dynamic metadata is matched by path', async (t) => {
  const matcher = { filter: 'f', path: [{ key: 'a' }, { key: 'b' }] };
  const table = tableOfRoutes([
    {
      name: 'five',
      match: {
        prefix: '/',
        dynamicMetadata: [{ ...matcher, value: { doubleMatch: { exact: 5 } } }],
      },
      ...toCluster,
    },
    {
      name: 'absent',
      match: {
        prefix: '/',
        dynamicMetadata: [{ ...matcher, value: { presentMatch: true }, invert: true }],
      },
      ...toCluster,
    },
    { name: 'other', match: { prefix: '/' }, ...toCluster },
  ]);
  const withMetadata = (metadata: Record<string, Record<string, unknown>>) => {
    const info = streamInfo();
    info.dynamicMetadata = metadata;
    return routeNameFor(table, {}, 0, info);
  };
  t.equal(withMetadata({ f: { a: { b: 5 } } }), 'five');
  t.equal(withMetadata({ f: { a: { b: 6 } } }), 'other');
  t.equal(withMetadata({ f: { a: 5 } }), 'absent');
  t.equal(routeNameFor(table, {}), 'absent', 'there need not be any metadata');
});

t.test('only a CONNECT matcher takes requests without a path', async (t) => {
  const table = tableOfRoutes([
    { name: 'all', match: { prefix: '' }, ...toCluster },
    { name: 'scanned', match: { prefix: '', caseSensitive: false }, ...toCluster },
    { name: 'connect', match: { connectMatcher: {} }, ...toCluster },
  ]);
  t.equal(routeNameFor(table, { method: 'CONNECT', path: '' }), 'connect');
  t.equal(routeNameFor(table, { method: 'CONNECT', path: '/' }), 'all');
  t.equal(routeNameFor(table, { method: 'GET', path: '*' }), 'all');
});
