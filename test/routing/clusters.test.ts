import type { JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import { forwarded, requestOf, streamInfo, tableOfRoutes } from '../tools/route-tools.ts';

function clusterFor(
  action: Record<string, JsonValue>,
  headers: readonly (readonly [string, string])[] = [],
  random = 0,
  runtime?: RuntimeSnapshot,
): string | undefined {
  const table = tableOfRoutes([{ match: { prefix: '/' }, route: action }], runtime);
  const found = table.match(requestOf({ headers }), streamInfo(), random)?.action;
  return found?.kind === 'route' ? found.clusterName : undefined;
}

t.test('the cluster can come from a header', async (t) => {
  const action = { clusterHeader: 'X-Cluster' };
  t.equal(clusterFor(action, [['x-cluster', 'a']]), 'a');
  const two = [
    ['x-cluster', 'a'],
    ['x-cluster', 'b'],
  ] as const;
  t.equal(clusterFor(action, two), 'a', 'of several the first');
  t.equal(clusterFor(action), '', 'none is a cluster that there is not');
});

t.test('the cluster from a header is the one at the time of matching', async (t) => {
  const table = tableOfRoutes([{ match: { prefix: '/' }, route: { clusterHeader: 'x-cluster' } }]);
  const request = requestOf({ headers: [['x-cluster', 'before']] });
  const route = table.match(request, streamInfo(), 0);
  request.set('x-cluster', 'after');
  t.match(route?.action, { clusterName: 'before' });
});

t.test('weights share out the random values, the same value to the same cluster', async (t) => {
  const clusters = [
    { name: 'v1', weight: 25 },
    { name: 'v2', weight: 0 },
    { name: 'v3', weight: 75 },
  ];
  const action = { weightedClusters: { clusters } };
  t.equal(clusterFor(action, [], 0), 'v1');
  t.equal(clusterFor(action, [], 24), 'v1');
  t.equal(clusterFor(action, [], 25), 'v3');
  t.equal(clusterFor(action, [], 99), 'v3');
  t.equal(clusterFor(action, [], 100), 'v1');
  t.equal(clusterFor(action, [], 2 ** 53 - 1), 'v3');
});

t.test('a request can bring the random value', async (t) => {
  const clusters = [
    { name: 'a', weight: 3 },
    { name: 'b', weight: 1 },
  ];
  const action = { weightedClusters: { clusters, headerName: 'X-Random' } };
  const cases: [value: string, expected: string][] = [
    ['2', 'a'],
    ['3', 'b'],
    ['7', 'b'],
    ['+3', 'b'],
    ['18446744073709551615', 'b'],
    ['18446744073709551616', 'a'],
    ['-1', 'a'],
    ['x', 'a'],
    ['', 'a'],
  ];
  for (const [value, expected] of cases) {
    t.equal(clusterFor(action, [['x-random', value]]), expected, value);
  }
  const two = [
    ['x-random', '3'],
    ['x-random', '3'],
  ] as const;
  t.equal(clusterFor(action, two), 'a', 'two values count as none');
});

t.test('weights can be overridden at run time', async (t) => {
  const clusters = [
    { name: 'a', weight: 1 },
    { name: 'b', weight: 1 },
  ];
  const action = { weightedClusters: { clusters, runtimeKeyPrefix: 'weights' } };
  const runtimeOf = (overrides: Record<string, number>): RuntimeSnapshot => ({
    featureEnabled: () => true,
    getInteger: (key, fallback) => overrides[key] ?? fallback,
  });
  t.equal(clusterFor(action, [], 1, runtimeOf({})), 'b');
  t.equal(clusterFor(action, [], 1, runtimeOf({ 'weights.a': 2 })), 'a');
  t.equal(clusterFor(action, [], 2, runtimeOf({ 'weights.a': 2 })), 'b');
  const none = runtimeOf({ 'weights.a': 0, 'weights.b': 0 });
  t.equal(clusterFor(action, [], 0, none), undefined, 'no weight at all is no route');
});

t.test('a weighted cluster can come from a header', async (t) => {
  const requestHeadersToAdd = [{ header: { key: 'x-w', value: '1' } }];
  const clusters = [{ clusterHeader: 'x-cluster', weight: 1, requestHeadersToAdd }];
  const table = tableOfRoutes([
    { match: { prefix: '/' }, route: { weightedClusters: { clusters } } },
  ]);
  const sent = forwarded(table, { headers: [['x-cluster', 'b']] });
  t.equal(sent.cluster, 'b');
  t.same(sent.headers, [
    ['x-cluster', 'b'],
    ['x-w', '1'],
  ]);
});

t.test('an entry carries what the router asks for, with the defaults of Envoy', async (t) => {
  const entryOf = (action: Record<string, JsonValue>, route: Record<string, JsonValue> = {}) =>
    tableOfRoutes([{ match: { prefix: '/' }, route: { cluster: 'c', ...action }, ...route }]).match(
      requestOf({}),
      streamInfo(),
      0,
    )?.action;
  t.same(entryOf({}), {
    kind: 'route',
    clusterName: 'c',
    clusterNotFoundResponseCode: 503,
    metadataMatch: undefined,
    timeoutMs: 15_000,
    idleTimeoutMs: undefined,
    maxStreamDuration: undefined,
    maxGrpcTimeoutMs: undefined,
    grpcTimeoutOffsetMs: undefined,
    priority: 'default',
    autoHostRewrite: false,
    appendXForwardedHost: false,
    upgrades: {},
    perRequestBufferLimitBytes: undefined,
  });
  const action = {
    clusterNotFoundResponseCode: 'NOT_FOUND',
    metadataMatch: { filterMetadata: { 'envoy.lb': { stage: 'prod' }, other: {} } },
    timeout: '0s',
    idleTimeout: '1.5005s',
    maxStreamDuration: { maxStreamDuration: '0s', grpcTimeoutHeaderMax: '3s' },
    maxGrpcTimeout: '4s',
    grpcTimeoutOffset: '0.1s',
    priority: 'HIGH',
    autoHostRewrite: true,
    appendXForwardedHost: true,
    upgradeConfigs: [{ upgradeType: 'WebSocket' }, { upgradeType: 'CONNECT', enabled: false }],
  };
  t.same(entryOf(action, { perRequestBufferLimitBytes: 10 }), {
    kind: 'route',
    clusterName: 'c',
    clusterNotFoundResponseCode: 404,
    metadataMatch: { stage: 'prod' },
    timeoutMs: 0,
    idleTimeoutMs: 1_500,
    maxStreamDuration: {
      maxStreamDurationMs: 0,
      grpcTimeoutHeaderMaxMs: 3_000,
      grpcTimeoutHeaderOffsetMs: undefined,
    },
    maxGrpcTimeoutMs: 4_000,
    grpcTimeoutOffsetMs: 100,
    priority: 'high',
    autoHostRewrite: true,
    appendXForwardedHost: true,
    upgrades: { websocket: true, connect: false },
    perRequestBufferLimitBytes: 10,
  });
});
