import t from 'tap';
import { createGrpcWeb } from '#extensions/http-filters/grpc-web/grpc-web-factory.ts';
import { cuts, FilterDriver, fieldsOf, message } from '../filter-driver.ts';

const BINARY = { 'content-type': 'application/grpc-web+proto' };
const TEXT = {
  'content-type': 'application/grpc-web-text',
  accept: 'application/grpc-web-text+proto',
};
const GRPC = { 'content-type': 'application/grpc' };
const TRAILERS_BLOCK = 'grpc-status:0\r\ngrpc-message:fine\r\n';
const TRAILERS = { 'grpc-status': '0', 'grpc-message': 'fine' };

function drive(): FilterDriver {
  return new FilterDriver(createGrpcWeb());
}

function base64(...messages: readonly Buffer[]): string {
  return messages.map((bytes) => bytes.toString('base64')).join('');
}

t.test('a request becomes one of gRPC', async (t) => {
  for (const type of ['application/grpc-web', 'application/grpc-web+proto']) {
    const driver = drive();
    driver.sendRequest('/a.S/m', { 'content-type': type, 'content-length': '8' }, [message('one')]);
    const { 'x-forwarded-proto': _, ...fields } = fieldsOf(driver.request.headers);
    t.strictSame(fields, {
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-accept-encoding': 'identity',
    });
    t.equal(driver.request.body, message('one').toString('latin1'));
  }
});

t.test('the encodings that a client accepts stay', async (t) => {
  const driver = drive();
  driver.sendRequest('/a.S/m', { ...BINARY, 'grpc-accept-encoding': 'gzip' }, []);
  t.equal(driver.request.headers?.get('grpc-accept-encoding'), 'gzip');
});

t.test('other requests and their responses pass untouched', async (t) => {
  for (const type of ['application/grpc', 'application/grpc-web+json', 'text/plain']) {
    const driver = drive();
    driver.sendRequest('/a.S/m', { 'content-type': type, 'content-length': '8' }, [message('one')]);
    driver.sendResponse(503, { 'content-length': '2' }, [Buffer.from('no')], TRAILERS);
    t.equal(driver.request.headers?.get('content-type'), type);
    t.equal(driver.request.headers?.get('content-length'), '8');
    t.equal(driver.response.body, 'no');
    t.strictSame(fieldsOf(driver.response.trailers), TRAILERS);
  }
});

t.test('base64 requests are decoded however they are cut', async (t) => {
  const text = Buffer.from(base64(message('one'), message('four'), message('')), 'latin1');
  const expected = Buffer.concat([message('one'), message('four'), message('')]);
  for (const pieces of cuts(text)) {
    const driver = drive();
    driver.sendRequest('/a.S/m', TEXT, pieces);
    t.equal(driver.request.body, expected.toString('latin1'));
    t.ok(driver.request.isEnded);
    t.equal(driver.localReply, undefined);
  }
});

t.test('a base64 request may end with trailers', async (t) => {
  for (const pieces of cuts(Buffer.from(base64(message('one')), 'latin1'))) {
    const driver = drive();
    driver.sendRequest('/a.S/m', TEXT, pieces, { 'x-t': '1' });
    t.equal(driver.request.body, message('one').toString('latin1'));
    t.strictSame(fieldsOf(driver.request.trailers), { 'x-t': '1' });
  }
});

t.test('what is no base64 is refused', async (t) => {
  const cases = [
    { text: 'AAA*', details: 'grpc_base_64_decode_failed' },
    { text: 'AAAAAAA', details: 'grpc_base_64_decode_failed_bad_size' },
    { text: '=AAA', details: 'grpc_base_64_decode_failed' },
    { text: 'A=AA', details: 'grpc_base_64_decode_failed' },
    { text: 'AA=A', details: 'grpc_base_64_decode_failed' },
    { text: 'AB==', details: 'grpc_base_64_decode_failed' },
    { text: 'AAB=', details: 'grpc_base_64_decode_failed' },
    { text: 'AA_-', details: 'grpc_base_64_decode_failed' },
  ];
  for (const { text, details } of cases) {
    for (const pieces of cuts(Buffer.from(text))) {
      const driver = drive();
      driver.sendRequest('/a.S/m', TEXT, pieces);
      t.strictSame(driver.localReply, {
        status: 400,
        body: 'Bad gRPC-web request, invalid base64 data.',
        details,
      });
    }
  }
  const driver = drive();
  driver.sendRequest('/a.S/m', TEXT, [Buffer.from('AAAAA')], {});
  t.equal(driver.localReply?.details, 'grpc_base_64_decode_failed_bad_size', 'before trailers');
});

t.test('binary responses end with their trailers as a message', async (t) => {
  const body = Buffer.concat([message('one'), message('two')]);
  const expected = Buffer.concat([body, message(TRAILERS_BLOCK, 0x80)]).toString('latin1');
  for (const pieces of cuts(body)) {
    const driver = drive();
    driver.sendRequest('/a.S/m', BINARY, []);
    driver.sendResponse(200, { ...GRPC, 'content-length': '16' }, pieces, TRAILERS);
    t.strictSame(fieldsOf(driver.response.headers), BINARY);
    t.equal(driver.response.body, expected);
    t.ok(driver.response.isEnded);
    t.equal(driver.response.trailers?.size, 0);
  }
});

t.test('in text responses every message is encoded on its own', async (t) => {
  const messages = [message('one'), message('four'), message('')];
  const expected = base64(...messages, message(TRAILERS_BLOCK, 0x80));
  for (const pieces of cuts(Buffer.concat(messages))) {
    const driver = drive();
    driver.sendRequest('/a.S/m', TEXT, []);
    driver.sendResponse(200, GRPC, pieces, TRAILERS);
    t.strictSame(fieldsOf(driver.response.headers), {
      'content-type': 'application/grpc-web-text+proto',
    });
    t.equal(driver.response.body, expected);
  }
});

t.test('a response that breaks off within a message loses none of its bytes', async (t) => {
  const body = Buffer.concat([message('one'), message('two').subarray(0, 7)]);
  for (const pieces of cuts(body)) {
    for (const trailers of [undefined, { 'grpc-status': '0' }]) {
      const driver = drive();
      driver.sendRequest('/a.S/m', TEXT, []);
      driver.sendResponse(200, GRPC, pieces, trailers);
      const end = trailers ? [message('grpc-status:0\r\n', 0x80)] : [];
      t.equal(driver.response.body, base64(message('one'), body.subarray(8), ...end));
    }
  }
});

t.test('a response that is all status stays as it is', async (t) => {
  const driver = drive();
  driver.sendRequest('/a.S/m', TEXT, []);
  driver.sendResponse(200, { ...GRPC, 'grpc-status': '5', 'content-length': '0' }, []);
  t.strictSame(fieldsOf(driver.response.headers), {
    'content-type': 'application/grpc-web-text+proto',
    'grpc-status': '5',
  });
  t.ok(driver.response.isEnded);
});

t.test('an upstream may speak gRPC-Web itself', async (t) => {
  for (const type of ['application/grpc-web', 'Application/gRPC-Web+Proto ; charset=x']) {
    const driver = drive();
    driver.sendRequest('/a.S/m', BINARY, []);
    driver.sendResponse(200, { 'content-type': type }, [message('one'), message('x', 0x80)]);
    t.equal(
      driver.response.body,
      Buffer.concat([message('one'), message('x', 0x80)]).toString('latin1'),
    );
  }
});

t.test('an answer that is not gRPC becomes a status with a message', async (t) => {
  const body = Buffer.from('<b>50% é</b>', 'latin1');
  for (const pieces of cuts(body)) {
    for (const trailers of [undefined, { 'x-t': '1' }]) {
      const driver = drive();
      driver.sendRequest('/a.S/m', BINARY, []);
      driver.sendResponse(
        503,
        { 'content-type': 'text/html', 'content-length': '12' },
        pieces,
        trailers,
      );
      t.equal(driver.response.headers?.status, 503);
      t.strictSame(fieldsOf(driver.response.headers), {
        'content-type': 'application/grpc-web+proto',
        'grpc-message': '<b>50%25 %E9</b>',
        'grpc-status': '14',
        'content-length': '0',
      });
      t.equal(driver.response.body, '');
      t.ok(driver.response.isEnded);
    }
  }
});

t.test('of a long answer that is not gRPC the beginning is told', async (t) => {
  const driver = drive();
  driver.sendRequest('/a.S/m', BINARY, []);
  const pieces = Array.from({ length: 5 }, () => Buffer.alloc(5000, 'x'));
  driver.sendResponse(500, {}, pieces);
  t.equal(driver.response.headers?.get('grpc-message')?.length, 16_384);

  const whole = drive();
  whole.sendRequest('/a.S/m', BINARY, []);
  whole.sendResponse(500, {}, [Buffer.alloc(20_000, 'x')]);
  t.equal(whole.response.headers?.get('grpc-message')?.length, 20_000, 'all of it in one piece');
});

t.test('calls are counted as those of gRPC-Web', async (t) => {
  const driver = drive();
  driver.sendRequest('/a.S/m', BINARY, []);
  driver.sendResponse(200, GRPC, [message('x')], { 'grpc-status': '7' });
  t.strictSame(driver.grpcCounters, {
    'grpc-web.a.S.m.7': 1,
    'grpc-web.a.S.m.failure': 1,
    'grpc-web.a.S.m.total': 1,
  });
});
