import t from 'tap';
import { responseOf, ServerHarness } from './server-harness.ts';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;

t.test('pipelined requests are answered in order, one at a time', async (t) => {
  const harness = new ServerHarness();
  harness.feed(get('/1') + get('/2') + get('/3'));
  t.equal(harness.requests.length, 1);
  t.equal(harness.transport.isReading, false, 'nothing more is read meanwhile');
  for (const status of [201, 202, 203]) {
    harness.answer(status);
    harness.settle();
  }
  t.same(
    harness.heard.map(({ start }) => start),
    ['GET a /1', 'GET a /2', 'GET a /3'],
  );
  t.same(
    [...harness.transport.sent.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    ['201', '202', '203'],
  );
  t.equal(harness.transport.isReading, true);
});

t.test('what was pipelined waits until whoever ended the stream is through', async (t) => {
  const harness = new ServerHarness();
  harness.feed(get('/1') + get('/2'));
  harness.answer(200);
  t.equal(harness.requests.length, 1);
  harness.settle();
  t.equal(harness.requests.length, 2);
});

t.test('very many pipelined requests that are answered at once do not pile up', async (t) => {
  const harness = new ServerHarness({}, (_request, each) => each.answer(204));
  harness.feed(get('/').repeat(20_000));
  t.equal(harness.requests.length, 20_000);
  t.equal(harness.transport.isReading, true);
});

t.test('pipelined requests with bodies, cut at every place', async (t) => {
  const post = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello';
  const bytes = post + get('/') + post;
  for (let cut = 1; cut < bytes.length; cut++) {
    const harness = new ServerHarness();
    harness.feed(bytes.slice(0, cut));
    for (let answered = 0; answered < 3; ) {
      if (harness.requests.length > answered && harness.last.isComplete) {
        harness.answer(200);
        harness.settle();
        answered++;
      } else {
        harness.feed(bytes.slice(cut));
      }
    }
    t.same(
      harness.heard.map(({ body }) => body),
      ['hello', '', 'hello'],
      `cut at ${cut}`,
    );
    t.equal(harness.transport.isReading, true);
  }
});

t.test('a stream’s pauses end with it', async (t) => {
  const harness = new ServerHarness();
  for (const pauses of [0, 1, 3]) {
    harness.feed(get('/'));
    const { encoder } = harness.last;
    for (let count = 0; count < pauses; count++) encoder.readDisable(true);
    t.equal(harness.transport.isReading, pauses === 0);
    harness.answer(200);
    t.equal(harness.transport.isReading, true, `${pauses} pauses are taken back`);
  }
});

t.test('pauses that were taken back are not taken back again', async (t) => {
  const harness = new ServerHarness();
  harness.feed(get('/1') + get('/2'));
  const { encoder } = harness.last;
  encoder.readDisable(true);
  encoder.readDisable(false);
  t.equal(harness.transport.isReading, false, 'there is a request waiting');
  harness.answer(200);
  harness.settle();
  t.equal(harness.transport.isReading, true);
  harness.last.encoder.readDisable(true);
  t.equal(harness.transport.isReading, false, 'the count is back at zero');
});

t.test('a body is read in bulk if it is a large one, and only while it lasts', async (t) => {
  const harness = new ServerHarness();
  harness.feed('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 16384\r\n\r\n');
  t.equal(harness.transport.isBulk, false);
  harness.feed('x'.repeat(16_384));
  harness.answer(200);
  harness.feed('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 16385\r\n\r\n');
  t.equal(harness.transport.isBulk, true);
  harness.feed('x'.repeat(16_384));
  t.equal(harness.transport.isBulk, true);
  harness.feed('x');
  t.equal(harness.transport.isBulk, false);
  harness.answer(200);

  harness.feed('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
  harness.feed(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
  t.equal(harness.transport.isBulk, false);
  harness.feed('1\r\nx\r\n');
  t.equal(harness.transport.isBulk, true);
  harness.feed('0\r\n\r\n');
  t.equal(harness.transport.isBulk, false);
});

t.test('after a defect everything is read and forgotten', async (t) => {
  const harness = new ServerHarness();
  harness.feed('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99999\r\n\r\nx');
  t.equal(harness.transport.isBulk, true);
  harness.last.encoder.resetStream('localReset');
  t.equal(harness.transport.isBulk, false);
  harness.feed(get('/'));
  t.equal(harness.requests.length, 1);

  const broken = new ServerHarness();
  broken.feed('bad\r\n\r\n');
  t.equal(broken.last.error?.status, 400);
  broken.feed(get('/'));
  t.equal(broken.requests.length, 1);
  t.equal(broken.transport.isReading, true, 'so that the peer’s bytes do not become a reset');
});

t.test('the answer to a defect is written as HTTP/1.1', async (t) => {
  const harness = new ServerHarness();
  harness.feed('GET / HTTP/1.0\r\nhost: a\r\n\r\n');
  harness.last.encoder.encodeHeaders(responseOf(426), true);
  harness.settle();
  t.match(harness.transport.sent, /^HTTP\/1\.1 426 Upgrade Required\r\n/);
});

t.test('giving a stream up asks for the end of the connection', async (t) => {
  const harness = new ServerHarness();
  harness.feed(get('/1') + get('/2'));
  harness.last.encoder.encodeHeaders(responseOf(200), false);
  harness.last.encoder.resetStream('remoteReset');
  t.equal(harness.isCloseWanted, true);
  t.equal(harness.codec.isIdle, true);
  harness.settle();
  t.equal(harness.requests.length, 1, 'what was pipelined is not served');
});

t.test('a body that would end with the connection is broken off by a reset', async (t) => {
  const harness = new ServerHarness({ acceptHttp10: true });
  harness.feed('GET / HTTP/1.0\r\nhost: a\r\n\r\n');
  harness.last.encoder.encodeHeaders(responseOf(200), false);
  harness.last.encoder.encodeData(Buffer.from('half'), false);
  harness.last.encoder.resetStream('remoteReset');
  t.equal(harness.transport.state, 'reset');
});

t.test('a client that leaves is told to the stream, once', async (t) => {
  const harness = new ServerHarness();
  harness.feed('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhe');
  harness.transport.close();
  t.equal(harness.last.failure, 'connectionTermination: closed');
  harness.transport.close();
  t.equal(harness.requests.length, 1);
});

t.test('blank lines alone begin no request', async (t) => {
  const harness = new ServerHarness();
  harness.feed('\r\n');
  harness.feed('\r');
  t.equal(harness.requests.length, 0);
  t.equal(harness.codec.isIdle, true);
  harness.feed('\nG');
  t.equal(harness.requests.length, 1);
});

t.test('watermarks of the connection reach the stream', async (t) => {
  const harness = new ServerHarness();
  harness.feed(get('/'));
  const { encoder } = harness.last;
  encoder.encodeHeaders(responseOf(200), false);
  harness.transport.isStuck = true;
  for (let count = 0; count < 4; count++) encoder.encodeData(Buffer.alloc(30_000), false);
  harness.settle();
  t.equal(harness.last.highWatermarks, 1);
  t.equal(harness.last.lowWatermarks, 0);
  harness.transport.drain();
  t.equal(harness.last.lowWatermarks, 1);
});

t.test('a client that reads nothing does not get the next answers produced', async (t) => {
  const harness = new ServerHarness();
  harness.transport.isStuck = true;
  harness.feed(get('/1') + get('/2'));
  harness.answer(200, 'x'.repeat(100_000));
  t.equal(harness.requests[0]?.highWatermarks, 1);
  harness.settle();
  t.equal(harness.requests.length, 2);
  t.equal(harness.last.highWatermarks, 1, 'the second request is told at once');
  t.equal(harness.requests[0]?.lowWatermarks, 0);
  harness.transport.drain();
  t.equal(harness.last.lowWatermarks, 1);
});
