import t from 'tap';
import type { GrpcHttp1BridgeConfig } from '#extensions/http-filters/grpc-http1-bridge/grpc-http1-bridge-config.ts';
import { createGrpcHttp1Bridge } from '#extensions/http-filters/grpc-http1-bridge/grpc-http1-bridge-factory.ts';
import type { Protocol } from '#stream-info/stream-info.ts';
import { cuts, FilterDriver, fieldsOf, message } from '../filter-driver.ts';

const GRPC = { 'content-type': 'application/grpc' };
const PROTOBUF = { 'content-type': 'application/x-protobuf', 'content-length': '3' };

function drive(
  config: Partial<GrpcHttp1BridgeConfig> = {},
  protocol: Protocol = 'HTTP/1.1',
): FilterDriver {
  const whole = { upgradeProtobufToGrpc: false, ignoreQueryParameters: false, ...config };
  return new FilterDriver(createGrpcHttp1Bridge(whole), { protocol });
}

t.test('the status of a call comes into the head of its answer', async (t) => {
  const body = Buffer.concat([message('one'), message('two')]);
  for (const pieces of cuts(body)) {
    const driver = drive();
    driver.sendRequest('/a.S/m', GRPC, [message('x')]);
    driver.sendResponse(200, GRPC, pieces, { 'grpc-status': '0', 'grpc-message': 'fine' });
    t.equal(driver.response.headers?.status, 200);
    t.strictSame(fieldsOf(driver.response.headers), {
      ...GRPC,
      'grpc-status': '0',
      'grpc-message': 'fine',
      'content-length': '16',
    });
    t.equal(driver.response.body, body.toString('latin1'));
  }
});

t.test('every status but 0 makes the answer 503', async (t) => {
  for (const [status, code] of [
    ['0', 200],
    ['7', 503],
    ['abc', 503],
    ['', 503],
  ] as const) {
    const driver = drive();
    driver.sendRequest('/a.S/m', GRPC, []);
    driver.sendResponse(200, GRPC, [], { 'grpc-status': status });
    t.equal(driver.response.headers?.status, code, status);
    t.equal(driver.response.headers?.get('content-length'), '0');
  }
  const driver = drive();
  driver.sendRequest('/a.S/m', GRPC, []);
  driver.sendResponse(200, GRPC, [], { 'x-t': '1' });
  t.equal(driver.response.headers?.status, 200, 'trailers without a status');
});

t.test('answers without trailers pass when they are complete', async (t) => {
  const driver = drive();
  driver.sendRequest('/a.S/m', GRPC, []);
  driver.sendResponse(503, {}, [Buffer.from('no'), Buffer.from('pe')]);
  t.equal(driver.response.headers?.status, 503);
  t.equal(driver.response.body, 'nope');
  const short = drive();
  short.sendRequest('/a.S/m', GRPC, []);
  short.sendResponse(200, { 'grpc-status': '12' }, []);
  t.equal(short.response.headers?.status, 200, 'as in Envoy, a response that is all status too');
});

t.test('HTTP/2 clients and other requests are left alone', async (t) => {
  for (const driver of [drive({}, 'HTTP/2'), drive()]) {
    const isHttp2 = driver.info.protocol === 'HTTP/2';
    driver.sendRequest('/a.S/m', isHttp2 ? GRPC : { 'content-type': 'text/plain' }, []);
    driver.sendResponse(200, GRPC, [message('one')], { 'grpc-status': '7' });
    t.equal(driver.response.headers?.status, 200);
    t.notOk(driver.response.headers?.has('grpc-status'));
  }
});

t.test('plain messages are put into frames, and taken out of them', async (t) => {
  for (const pieces of cuts(Buffer.from('abc'))) {
    for (const trailers of [undefined, { 'x-t': '1' }]) {
      const driver = drive({ upgradeProtobufToGrpc: true });
      driver.sendRequest('/a.S/m', PROTOBUF, pieces, trailers);
      t.ok(driver.isRouteCacheCleared);
      t.equal(driver.request.headers?.get('content-type'), 'application/grpc');
      t.notOk(driver.request.headers?.has('content-length'));
      t.equal(driver.request.body, message('abc').toString('latin1'));
      t.ok(driver.request.isEnded);
    }
  }
  for (const pieces of cuts(message('reply'))) {
    for (const trailers of [undefined, { 'grpc-status': '0' }]) {
      const driver = drive({ upgradeProtobufToGrpc: true });
      driver.sendRequest('/a.S/m', PROTOBUF, [Buffer.from('abc')]);
      driver.sendResponse(200, GRPC, pieces, trailers);
      t.equal(driver.response.body, 'reply');
      if (trailers) t.equal(driver.response.headers?.get('content-length'), '5');
    }
  }
});

t.test('an answer that is not gRPC has no frame to be taken out of', async (t) => {
  for (const pieces of cuts(Buffer.from('<b>broken</b>'))) {
    const driver = drive({ upgradeProtobufToGrpc: true });
    driver.sendRequest('/a.S/m', PROTOBUF, [Buffer.from('abc')]);
    driver.sendResponse(503, { 'content-type': 'text/html' }, pieces);
    t.equal(driver.response.body, '<b>broken</b>');
  }
});

t.test('a plain message without a body stays without one', async (t) => {
  const driver = drive({ upgradeProtobufToGrpc: true });
  driver.sendRequest('/a.S/m', PROTOBUF, []);
  t.equal(driver.request.body, '');
  t.ok(driver.request.isEnded);
});

t.test('for HTTP/2 clients, plain messages change no more than their type', async (t) => {
  const driver = drive({ upgradeProtobufToGrpc: true }, 'HTTP/2');
  driver.sendRequest('/a.S/m', PROTOBUF, [Buffer.from('abc')]);
  t.equal(driver.request.headers?.get('content-type'), 'application/grpc');
  t.equal(driver.request.body, 'abc');
});

t.test('queries are cut off when they are to be ignored', async (t) => {
  const cases = [
    { ignores: true, type: 'application/grpc', path: '/a.S/m' },
    { ignores: false, type: 'application/grpc', path: '/a.S/m?b=c' },
    { ignores: true, type: 'text/plain', path: '/a.S/m?b=c' },
  ];
  for (const { ignores, type, path } of cases) {
    const driver = drive({ ignoreQueryParameters: ignores });
    driver.sendRequest('/a.S/m?b=c', { 'content-type': type }, []);
    t.equal(driver.request.headers?.path, path);
  }
});
