import t from 'tap';
import type { GrpcStatsConfig } from '#extensions/http-filters/grpc-stats/grpc-stats-config.ts';
import { createGrpcStats } from '#extensions/http-filters/grpc-stats/grpc-stats-factory.ts';
import { cuts, FilterDriver, message } from '../filter-driver.ts';

const GRPC = { 'content-type': 'application/grpc' };
const ALL: GrpcStatsConfig = {
  methods: 'all',
  emitFilterState: false,
  enableUpstreamStats: false,
  replaceDotsInGrpcServiceName: false,
};

function drive(
  config: Partial<GrpcStatsConfig> = {},
  options?: ConstructorParameters<typeof FilterDriver>[1],
): FilterDriver {
  return new FilterDriver(createGrpcStats({ ...ALL, ...config }), options);
}

t.test('calls, statuses and messages are counted by method', async (t) => {
  const driver = drive();
  driver.sendRequest('/a.S/m?x', GRPC, [message('one'), message('')]);
  driver.sendResponse(200, GRPC, [message('reply')], { 'grpc-status': '0' });
  t.strictSame(driver.grpcCounters, {
    'grpc.a.S.m.0': 1,
    'grpc.a.S.m.request_message_count': 2,
    'grpc.a.S.m.response_message_count': 1,
    'grpc.a.S.m.success': 1,
    'grpc.a.S.m.total': 1,
  });
  t.equal(driver.request.body, Buffer.concat([message('one'), message('')]).toString('latin1'));
  t.equal(driver.response.body, message('reply').toString('latin1'));
});

t.test('messages are counted however bodies are cut', async (t) => {
  const body = Buffer.concat([message('ab'), message(''), message('c', 1)]);
  for (const pieces of cuts(body)) {
    const driver = drive({ methods: [] });
    driver.sendRequest('/a.S/m', GRPC, pieces);
    driver.sendResponse(200, GRPC, pieces, { 'grpc-status': '0' });
    t.equal(driver.grpcCounters['grpc.request_message_count'], 3);
    t.equal(driver.grpcCounters['grpc.response_message_count'], 3);
  }
});

t.test('a response that is all status counts, and has no messages', async (t) => {
  const driver = drive();
  driver.sendRequest('/a.S/m', GRPC, [message('one')]);
  driver.sendResponse(200, { ...GRPC, 'grpc-status': '12' }, []);
  t.strictSame(driver.grpcCounters, {
    'grpc.a.S.m.12': 1,
    'grpc.a.S.m.failure': 1,
    'grpc.a.S.m.request_message_count': 1,
    'grpc.a.S.m.total': 1,
  });
});

t.test('a body that is not gRPC holds no messages', async (t) => {
  const driver = drive();
  driver.sendRequest('/a.S/m', GRPC, []);
  driver.sendResponse(503, { 'content-type': 'text/html' }, [Buffer.from('\0\0\0\0\0')]);
  t.strictSame(driver.grpcCounters, {});
});

t.test('which methods are counted apart', async (t) => {
  const cases = [
    { config: { methods: [{ service: 'a.S', method: 'm' }] }, path: '/a.S/m', name: 'a.S.m.' },
    { config: { methods: [{ service: 'a.S', method: 'm' }] }, path: '/a.S/n', name: '' },
    { config: { methods: [] }, path: '/a.S/m', name: '' },
    { config: { replaceDotsInGrpcServiceName: true }, path: '/a.b.S/m.x', name: 'a_b_S.m.x.' },
  ];
  for (const { config, path, name } of cases) {
    const driver = drive(config);
    driver.sendRequest(path, GRPC, []);
    driver.sendResponse(200, { 'grpc-status': '0' }, []);
    t.strictSame(
      Object.keys(driver.grpcCounters),
      [`grpc.${name}0`, `grpc.${name}success`, `grpc.${name}total`],
      path,
    );
  }
});

t.test('what is no call to a method of a cluster is not counted', async (t) => {
  const direct = [{ match: { prefix: '/' }, directResponse: { status: 200 } }];
  const cases = [
    { path: '/a.S/m', type: 'application/json' },
    { path: '/a.S/m', type: 'application/grpc-web' },
    { path: '/a.S', type: 'application/grpc' },
    { path: '/a.S/m', type: 'application/grpc', routes: direct },
  ];
  for (const { path, type, routes } of cases) {
    const driver = drive({ emitFilterState: true }, routes && { routes });
    driver.sendRequest(path, { 'content-type': type }, [message('one')]);
    driver.sendResponse(200, { 'content-type': type }, [message('x')], { 'grpc-status': '0' });
    t.strictSame(driver.grpcCounters, {}, `${type} ${path}`);
  }
});

t.test('the numbers of messages stay with the stream when they are asked for', async (t) => {
  const driver = drive({ emitFilterState: true });
  driver.sendRequest('/a.S/m', GRPC, [message('one'), message('two')]);
  const state = driver.info.filterState?.get('envoy.filters.http.grpc_stats');
  t.equal(state?.text, '2,0');
  t.strictSame(state?.json, { requestMessageCount: '2' });
  driver.sendResponse(200, GRPC, [message('reply')], { 'grpc-status': '0' });
  t.equal(state?.text, '2,1');
  t.strictSame(state?.json, { requestMessageCount: '2', responseMessageCount: '1' });

  const silent = drive();
  silent.sendRequest('/a.S/m', GRPC, [message('one')]);
  t.equal(silent.info.filterState, undefined);
});

t.test('the time of the upstream is counted when it is asked for', async (t) => {
  const answers: readonly ((driver: FilterDriver) => void)[] = [
    (driver) => driver.sendResponse(200, GRPC, [message('x')], { 'grpc-status': '0' }),
    (driver) => driver.sendResponse(200, { ...GRPC, 'grpc-status': '5' }, []),
  ];
  for (const answer of answers) {
    for (const enableUpstreamStats of [true, false]) {
      const driver = drive({ enableUpstreamStats });
      driver.sendRequest('/a.S/m', GRPC, [message('x')]);
      driver.info.lastUpstreamTxByteMs = 1000.5;
      driver.info.lastUpstreamRxByteMs = 1008.2;
      answer(driver);
      const expected = enableUpstreamStats ? { 'grpc.a.S.m.upstream_rq_time': 7 } : {};
      t.strictSame(driver.grpcTimes, expected);
    }
  }
  const unanswered = drive({ enableUpstreamStats: true });
  unanswered.sendRequest('/a.S/m', GRPC, []);
  unanswered.sendResponse(200, { ...GRPC, 'grpc-status': '14' }, []);
  t.strictSame(unanswered.grpcTimes, {}, 'a reply of the proxy’s own');
});

t.test('Connect: one message each way, and the HTTP status says how it went', async (t) => {
  for (const [status, outcome] of [
    [200, 'success'],
    [404, 'failure'],
  ] as const) {
    const driver = drive({ emitFilterState: true });
    driver.sendRequest('/a.S/m', { 'connect-protocol-version': '1' }, [
      Buffer.from('{"a":'),
      Buffer.from('1}'),
    ]);
    driver.sendResponse(status, {}, [Buffer.from('{}')]);
    t.strictSame(driver.grpcCounters, {
      [`grpc.a.S.m.${outcome}`]: 1,
      'grpc.a.S.m.request_message_count': 1,
      'grpc.a.S.m.response_message_count': 1,
      'grpc.a.S.m.total': 1,
    });
    t.equal(driver.info.filterState?.get('envoy.filters.http.grpc_stats')?.text, '1,1');
  }
});

t.test('Connect: streams end with a message that says how they went', async (t) => {
  const type = { 'content-type': 'application/connect+json' };
  const cases = [
    { end: [message('{}', 2)], outcome: 'success' },
    { end: [message('{"error":{"code":"internal"}}', 2)], outcome: 'failure' },
    { end: [message('{"error":{}}', 2)], outcome: 'success' },
    { end: [message('nonsense', 2)], outcome: 'failure' },
    { end: [message(`"${'x'.repeat(70_000)}"`, 2)], outcome: 'failure' },
    { end: [], outcome: 'failure' },
    { end: [message('{}', 2), message('after')], outcome: 'success' },
  ];
  for (const { end, outcome } of cases) {
    const body = Buffer.concat([message('a'), message('b'), ...end]);
    const ways = body.length > 1000 ? [[body]] : cuts(body);
    for (const pieces of ways) {
      const driver = drive();
      driver.sendRequest('/a.S/m', type, [message('one')]);
      driver.sendResponse(200, type, pieces);
      t.strictSame(driver.grpcCounters, {
        [`grpc.a.S.m.${outcome}`]: 1,
        'grpc.a.S.m.request_message_count': 1,
        'grpc.a.S.m.response_message_count': 2,
        'grpc.a.S.m.total': 1,
      });
    }
  }
});
