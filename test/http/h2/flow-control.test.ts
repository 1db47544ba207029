import t from 'tap';
import { DEFAULT_HTTP2_OPTIONS } from '#http/h2/http2-options.ts';
import { InboundData } from '#http/h2/inbound-data.ts';
import { responseOf, trailersOf } from '../h1/server-harness.ts';
import { statOf } from './endpoint-services.ts';
import {
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  GET,
  headers,
  PADDED,
  POST,
  reset,
  settings,
  windowUpdate,
} from './frames.ts';
import { answer, BUFFER_LIMIT_BYTES, Http2ServerHarness } from './server-harness.ts';

const INITIAL_WINDOW = 0x4;
const SMALL = {
  initialStreamWindowSize: 65_535,
  streamWindowMax: 65_535,
  initialConnectionWindowSize: 65_535,
};

function lengthsOf(frames: readonly string[]): number {
  let sum = 0;
  for (const line of frames) {
    const text = /^DATA \d+ (.*?)( end)?$/.exec(line)?.[1];
    if (text === undefined) continue;
    sum += Number(/^(\d+) bytes$/.exec(text)?.[1] ?? text.length);
  }
  return sum;
}

t.test('a body waits for its stream’s window, and others do not', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(settings([INITIAL_WINDOW, 5]), headers(1, GET), headers(3, GET));
  harness.frames();
  answer(harness.streams[0] as never, '1234567890');
  answer(harness.streams[1] as never, 'abc');
  t.same(harness.frames(), [
    'HEADERS 1 :status=200',
    'DATA 1 12345',
    'HEADERS 3 :status=200',
    'DATA 3 abc end',
  ]);
  t.equal(statOf(harness.stats, 'pending_send_bytes'), 5);
  harness.feed(windowUpdate(1, 3));
  t.same(harness.frames(), ['DATA 1 678']);
  harness.feed(windowUpdate(1, 100));
  t.same(harness.frames(), ['DATA 1 90 end']);
  t.equal(statOf(harness.stats, 'pending_send_bytes'), 0);
  t.equal(harness.codec.activeStreams, 0);
});

t.test('settings move the windows of open streams, below zero too', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(settings([INITIAL_WINDOW, 10]), headers(1, GET));
  answer(harness.last, '12345678901234567890');
  harness.frames();
  harness.feed(settings([INITIAL_WINDOW, 4]));
  t.same(harness.frames(), ['SETTINGS ack']);
  harness.feed(windowUpdate(1, 6));
  t.same(harness.frames(), [], 'the window is 0 now');
  harness.feed(settings([INITIAL_WINDOW, 7]));
  t.same(harness.frames(), ['SETTINGS ack', 'DATA 1 123']);
  harness.feed(settings([INITIAL_WINDOW, 0], [INITIAL_WINDOW, 100]));
  t.same(harness.frames(), ['SETTINGS ack', 'DATA 1 4567890 end']);
});

t.test('streams that wait for the connection’s window take turns', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(
    settings([INITIAL_WINDOW, 1_000_000]),
    headers(1, GET),
    headers(3, GET),
    headers(5, GET),
  );
  harness.frames();
  for (const stream of harness.streams) answer(stream, Buffer.alloc(60_000, 'x'));
  t.equal(lengthsOf(harness.frames()), 65_535);
  harness.feed(windowUpdate(0, 16_384 * 4));
  t.same(harness.frames(), [
    'DATA 3 16384 bytes',
    'DATA 5 16384 bytes',
    'DATA 3 16384 bytes',
    'DATA 5 16384 bytes',
  ]);
  harness.feed(windowUpdate(0, 1_000_000));
  const rest = harness.frames();
  t.equal(lengthsOf(rest), 180_000 - 65_535 - 65_536);
  t.equal(harness.codec.activeStreams, 0);
});

t.test('trailers and resets wait behind the body', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(settings([INITIAL_WINDOW, 2]), headers(1, POST, END_HEADERS));
  harness.frames();
  const { encoder } = harness.last;
  const trailers = trailersOf(['x-sum', '4']);
  encoder.encodeHeaders(responseOf(200), false);
  encoder.encodeData(Buffer.from('abcd'), false);
  encoder.encodeTrailers(trailers);
  encoder.resetStream('localReset');
  trailers.clear();
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1 ab']);
  harness.feed(windowUpdate(1, 2));
  t.same(harness.frames(), ['DATA 1 cd', 'HEADERS 1 x-sum=4 end', 'RST_STREAM 1 NO_ERROR']);
  t.equal(harness.codec.activeStreams, 0);
});

t.test('an end behind a body that waits goes with its last frame', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(settings([INITIAL_WINDOW, 2]), headers(1, GET));
  harness.frames();
  const { encoder } = harness.last;
  encoder.encodeHeaders(responseOf(200), false);
  encoder.encodeData(Buffer.from('abcd'), false);
  encoder.encodeData(Buffer.alloc(0), true);
  harness.feed(windowUpdate(1, 2));
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1 ab', 'DATA 1 cd end']);
});

t.test('a window of zero does not hold up an end', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(settings([INITIAL_WINDOW, 0]), headers(1, GET));
  harness.frames();
  harness.last.encoder.encodeHeaders(responseOf(200), false);
  harness.last.encoder.encodeData(Buffer.alloc(0), true);
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1  end']);
});

t.test('what waits is a copy', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(settings([INITIAL_WINDOW, 0]), headers(1, GET));
  harness.frames();
  const bytes = Buffer.from('abc');
  harness.last.encoder.encodeHeaders(responseOf(200), false);
  harness.last.encoder.encodeData(bytes, false);
  bytes.fill('?');
  harness.feed(windowUpdate(1, 9));
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1 abc']);
});

t.test('whoever writes hears when too much waits, and when half of it is gone', async (t) => {
  const harness = new Http2ServerHarness({ streamBufferLimitBytes: 1000 });
  harness.feed(settings([INITIAL_WINDOW, 0]), headers(1, GET));
  const stream = harness.last;
  stream.encoder.encodeHeaders(responseOf(200), false);
  stream.encoder.encodeData(Buffer.alloc(1000), false);
  t.equal(stream.highWatermarks, 0);
  stream.encoder.encodeData(Buffer.alloc(1), false);
  t.equal(stream.highWatermarks, 1);
  stream.encoder.encodeData(Buffer.alloc(500), false);
  t.equal(stream.highWatermarks, 1, 'it is told once');
  harness.feed(windowUpdate(1, 1000));
  t.equal(stream.lowWatermarks, 0);
  harness.feed(windowUpdate(1, 1));
  t.equal(stream.lowWatermarks, 1);
});

t.test('whoever was stopped goes on when all is sent, although there was an end', async (t) => {
  for (const end of ['data', 'trailers', 'socket'] as const) {
    const harness = new Http2ServerHarness({ streamBufferLimitBytes: 1000 });
    harness.feed(settings([INITIAL_WINDOW, end === 'socket' ? 1_000_000 : 0]));
    harness.feed(windowUpdate(0, 1_000_000), headers(1, POST, END_HEADERS));
    const stream = harness.last;
    stream.encoder.encodeHeaders(responseOf(200), false);
    if (end === 'socket') harness.transport.isStuck = true;
    stream.encoder.encodeData(
      Buffer.alloc(end === 'socket' ? BUFFER_LIMIT_BYTES * 2 : 2000),
      false,
    );
    t.equal(stream.highWatermarks, 1, end);
    if (end === 'trailers') stream.encoder.encodeTrailers(trailersOf(['x-sum', '1']));
    else stream.encoder.encodeData(Buffer.alloc(0), true);
    if (end === 'socket') {
      harness.transport.isStuck = false;
      harness.transport.drain();
    } else {
      harness.feed(windowUpdate(1, 5000));
    }
    t.equal(stream.lowWatermarks, 1, end);
    t.match(harness.frames().at(-1), / end$/);
  }
});

t.test('while the socket is full bodies wait in their streams', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(
    settings([INITIAL_WINDOW, 1_000_000]),
    windowUpdate(0, 10_000_000),
    headers(1, GET),
    headers(3, GET),
  );
  const [first, second] = harness.streams as [typeof harness.last, typeof harness.last];
  first.encoder.encodeHeaders(responseOf(200), false);
  second.encoder.encodeHeaders(responseOf(200), false);
  harness.transport.isStuck = true;
  first.encoder.encodeData(Buffer.alloc(BUFFER_LIMIT_BYTES + 70_000, 'x'), false);
  harness.settle();
  t.ok(harness.connection.isAboveHighWatermark);
  t.equal(first.highWatermarks, 1);
  t.equal(second.highWatermarks, 1);
  const queued = harness.transport.queuedBytes;
  second.encoder.encodeData(Buffer.from('more'), false);
  harness.settle();
  t.equal(harness.transport.queuedBytes, queued, 'nothing more goes out');
  harness.feed(headers(5, GET));
  t.equal(harness.last.highWatermarks, 1, 'a stream that begins now is told at once');
  harness.transport.isStuck = false;
  harness.transport.drain();
  t.equal(first.lowWatermarks, 1);
  t.equal(second.lowWatermarks, 1);
  const sent = harness.frames();
  t.ok(sent.includes('DATA 3 more'));
  t.equal(lengthsOf(sent), BUFFER_LIMIT_BYTES + 70_000 + 4);
});

t.test('frames are as large as the peer allows, up to 64 KiB', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(
    settings([INITIAL_WINDOW, 1_000_000], [5, 20_000]),
    windowUpdate(0, 1_000_000),
    headers(1, GET),
  );
  harness.frames();
  answer(harness.last, Buffer.alloc(50_000));
  t.same(harness.frames().slice(1), [
    'DATA 1 20000 bytes',
    'DATA 1 20000 bytes',
    'DATA 1 10000 bytes end',
  ]);
  harness.feed(settings([5, 16_777_215]), headers(3, GET));
  harness.frames();
  answer(harness.last, Buffer.alloc(100_000));
  t.same(harness.frames().slice(1), ['DATA 3 65536 bytes', 'DATA 3 34464 bytes end']);
});

t.test('windows must not overflow', async (t) => {
  const connection = new Http2ServerHarness();
  connection.feed(windowUpdate(0, 0x7fff_ffff));
  t.same(connection.frames(), ['GOAWAY 0 FLOW_CONTROL_ERROR']);
  const stream = new Http2ServerHarness();
  stream.feed(headers(1, GET), windowUpdate(1, 0x7fff_ffff), headers(3, GET));
  t.same(stream.frames(), ['RST_STREAM 1 FLOW_CONTROL_ERROR']);
  t.equal(stream.streams.length, 2);
  const bySettings = new Http2ServerHarness();
  bySettings.feed(
    headers(1, GET),
    windowUpdate(1, 0x7fff_0000),
    settings([INITIAL_WINDOW, 0x7fff_ffff]),
  );
  t.same(bySettings.frames(), ['SETTINGS ack', 'GOAWAY 1 FLOW_CONTROL_ERROR']);
  const zero = new Http2ServerHarness();
  zero.feed(headers(1, GET), windowUpdate(1, 0));
  t.same(zero.frames(), ['RST_STREAM 1 PROTOCOL_ERROR']);
});

t.test('windows are given back in few frames', async (t) => {
  const harness = new Http2ServerHarness(SMALL);
  harness.feed(
    headers(1, POST, END_HEADERS),
    data(1, Buffer.alloc(16_000)),
    data(1, Buffer.alloc(16_000)),
  );
  t.same(harness.frames(), []);
  harness.feed(data(1, Buffer.alloc(1000)));
  t.same(harness.frames(), ['WINDOW_UPDATE 0 33000', 'WINDOW_UPDATE 1 33000']);
});

t.test('a stream that nobody reads gives nothing back, the connection does', async (t) => {
  const harness = new Http2ServerHarness(SMALL);
  harness.feed(headers(1, POST, END_HEADERS));
  harness.last.encoder.readDisable(true);
  harness.last.encoder.readDisable(true);
  for (let count = 0; count < 4; count++) harness.feed(data(1, Buffer.alloc(16_000)));
  t.same(harness.frames(), ['WINDOW_UPDATE 0 48000']);
  t.equal(harness.last.body.length, 64_000, 'what comes is passed on all the same');
  harness.last.encoder.readDisable(false);
  t.same(harness.frames(), []);
  harness.last.encoder.readDisable(false);
  t.same(harness.frames(), ['WINDOW_UPDATE 1 64000']);
  harness.feed(headers(3, POST, END_HEADERS), data(3, Buffer.alloc(16_000)));
  t.same(harness.frames(), []);
  harness.feed(data(3, 'x'.repeat(800)));
  t.same(harness.frames(), ['WINDOW_UPDATE 0 32800']);
});

t.test('streams that nobody reads never stop the others', async (t) => {
  const harness = new Http2ServerHarness(SMALL);
  let window = 65_535;
  for (let id = 1; id < 81; id += 2) {
    harness.feed(headers(id, POST, END_HEADERS));
    harness.last.encoder.readDisable(true);
    for (let count = 0; count < 4 && window >= 16_000; count++) {
      harness.feed(data(id, Buffer.alloc(16_000)));
      window -= 16_000;
      for (const line of harness.frames()) {
        window += Number(/^WINDOW_UPDATE 0 (\d+)/.exec(line)?.[1] ?? 0);
      }
    }
    t.equal(harness.last.body.length, 64_000);
  }
  t.same(harness.errors, []);
});

t.test('the window of a stream grows while its body is passed on', async (t) => {
  const harness = new Http2ServerHarness({ streamWindowMax: 300_000 });
  harness.feed(headers(1, POST, END_HEADERS));
  const credited: string[] = [];
  for (let count = 0; count < 40; count++) {
    harness.feed(data(1, Buffer.alloc(16_000)));
    credited.push(...harness.frames());
  }
  const windows: number[] = [];
  let window = 65_535 - 40 * 16_000;
  for (const line of credited) {
    const increment = Number(/^WINDOW_UPDATE 1 (\d+)$/.exec(line)?.[1]);
    windows.push(increment);
    window += increment;
  }
  t.ok(windows.length < 10, `${windows.length} updates`);
  t.ok(window > 65_535 && window <= 300_000, `${window} bytes are open in the end`);
  t.same(harness.errors, []);
});

t.test(
  'the first time a window grows to what the other side may keep, and not while it stands',
  async (t) => {
    const options = { streamBufferLimitBytes: 200_000 };
    const harness = new Http2ServerHarness(options);
    harness.feed(headers(1, POST, END_HEADERS));
    const more = (): string[] => harness.feed(data(1, Buffer.alloc(16_000))).frames();
    t.same([...more(), ...more()], []);
    t.same(more(), [`WINDOW_UPDATE 1 ${48_000 + 200_000 - 65_535}`]);
    const stalled = new Http2ServerHarness(options);
    stalled.feed(headers(1, POST, END_HEADERS));
    stalled.last.encoder.readDisable(true);
    for (let count = 0; count < 4; count++) {
      t.same(stalled.feed(data(1, Buffer.alloc(16_000))).frames(), []);
    }
  },
);

t.test('windows grow by no more than the connection’s together, and shrink again', async (t) => {
  const options = { streamWindowMax: 1_000_000, initialConnectionWindowSize: 200_000 };
  const harness = new Http2ServerHarness(options);
  const open = new Map<number, number>();
  const send = (id: number): void => {
    harness.feed(data(id, Buffer.alloc(16_000)));
    open.set(id, (open.get(id) as number) - 16_000);
    for (const line of harness.frames()) {
      const [, of, increment] = /^WINDOW_UPDATE (\d+) (\d+)$/.exec(line) ?? [];
      const stream = Number(of);
      if (stream > 0) open.set(stream, (open.get(stream) as number) + Number(increment));
    }
  };
  for (let id = 1; id < 11; id += 2) {
    harness.feed(headers(id, POST, END_HEADERS));
    open.set(id, 65_535);
  }
  for (let count = 0; count < 100; count++) send(1 + 2 * (count % 5));
  const total = [...open.values()].reduce((sum, bytes) => sum + bytes, 0);
  t.ok(total <= 5 * 65_535 + 200_000, `${total} bytes are open`);
  const [{ encoder }] = harness.streams as [Http2ServerHarness['last']];
  encoder.readDisable(true);
  while ((open.get(1) as number) >= 16_000) send(1);
  t.ok((open.get(1) as number) < 16_000, 'nothing is given back meanwhile');
  encoder.readDisable(false);
  const [line] = harness.frames();
  const given = Number(/^WINDOW_UPDATE 1 (\d+)$/.exec(line ?? '')?.[1]);
  t.ok(given <= 2 * 65_535, `${given} bytes afterwards`);
  t.same(harness.errors, []);
});

t.test('padding counts, and is given back at once', async (t) => {
  const harness = new Http2ServerHarness(SMALL);
  harness.feed(headers(1, POST, END_HEADERS));
  const padded = Buffer.concat([Buffer.from([255]), Buffer.alloc(255 + 16_000)]);
  for (let count = 0; count < 3; count++) harness.feed(frame(0, PADDED, 1, padded));
  const credit = padded.length * 3;
  t.same(harness.frames(), [`WINDOW_UPDATE 0 ${credit}`, `WINDOW_UPDATE 1 ${credit}`]);
  t.equal(harness.last.body.length, 48_000);
});

t.test('more than the windows allow is an error', async (t) => {
  const options = { ...SMALL, initialConnectionWindowSize: 200_000 };
  const stream = new Http2ServerHarness(options);
  stream.feed(headers(1, POST, END_HEADERS));
  stream.last.encoder.readDisable(true);
  for (let count = 0; count < 5; count++) stream.feed(data(1, Buffer.alloc(16_000)));
  t.same(stream.frames(), ['RST_STREAM 1 FLOW_CONTROL_ERROR']);
  const credits: number[] = [];
  const output = { writeWindowUpdate: (_id: number, bytes: number) => credits.push(bytes) };
  const options65k = { ...DEFAULT_HTTP2_OPTIONS, initialConnectionWindowSize: 65_535 };
  const inbound = new InboundData({} as never, output as never, options65k);
  t.equal(inbound.charge(30_000), true);
  t.equal(inbound.charge(35_536), false, 'one byte too many');
  t.equal(inbound.charge(35_535), true);
  t.same(credits, [65_535]);
});

t.test('late DATA of a stream that was reset is credited to the connection', async (t) => {
  const harness = new Http2ServerHarness(SMALL);
  harness.feed(headers(1, POST, END_HEADERS));
  harness.last.encoder.resetStream('localReset');
  harness.frames();
  harness.feed(
    data(1, Buffer.alloc(16_000)),
    data(1, Buffer.alloc(16_000)),
    data(1, Buffer.alloc(800)),
  );
  t.same(harness.frames(), ['WINDOW_UPDATE 0 32800']);
  const held = new Http2ServerHarness(SMALL);
  held.feed(headers(1, POST, END_HEADERS));
  held.last.encoder.readDisable(true);
  held.feed(data(1, Buffer.alloc(16_000)), reset(1, 8), headers(3, POST, END_HEADERS));
  held.feed(data(3, Buffer.alloc(16_000)), data(3, Buffer.alloc(800), END_STREAM));
  t.same(held.frames(), ['WINDOW_UPDATE 0 32800']);
});

t.test('responses that a client never takes are given up after a while', async (t) => {
  const harness = new Http2ServerHarness({ streamFlushTimeoutMs: 5000 });
  harness.feed(settings([INITIAL_WINDOW, 0]), headers(1, GET));
  answer(harness.last, 'hello');
  harness.frames();
  harness.time.advance(4000);
  harness.feed(windowUpdate(1, 1));
  t.same(harness.frames(), ['DATA 1 h']);
  harness.time.advance(4000);
  t.equal(harness.codec.activeStreams, 1, 'as long as it takes some');
  harness.time.advance(2000);
  t.same(harness.frames(), ['RST_STREAM 1 CANCEL']);
  t.equal(harness.codec.activeStreams, 0);
  t.equal(statOf(harness.stats, 'tx_flush_timeout'), 1);
  t.equal(statOf(harness.stats, 'pending_send_bytes'), 0);
  t.equal(harness.time.timers.size, 0);
});

t.test('they are given up too when the end came alone, behind what waits', async (t) => {
  for (const end of ['data', 'trailers'] as const) {
    const harness = new Http2ServerHarness({ streamFlushTimeoutMs: 5000 });
    harness.feed(settings([INITIAL_WINDOW, 0]), headers(1, GET));
    const { encoder } = harness.last;
    encoder.encodeHeaders(responseOf(200), false);
    encoder.encodeData(Buffer.from('hello'), false);
    if (end === 'data') encoder.encodeData(Buffer.alloc(0), true);
    else encoder.encodeTrailers(trailersOf(['x-sum', '1']));
    harness.frames();
    harness.time.advance(6000);
    t.same(harness.frames(), ['RST_STREAM 1 CANCEL'], end);
    t.equal(harness.codec.activeStreams, 0);
  }
});
