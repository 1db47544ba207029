import t from 'tap';
import { FrameType } from '#http/h2/frame-type.ts';
import { responseOf } from '../h1/server-harness.ts';
import { statOf } from './endpoint-services.ts';
import {
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  GET,
  headers,
  POST,
  ping,
  reset,
  settings,
  uint32,
  windowUpdate,
} from './frames.ts';
import { answer, Http2ServerHarness } from './server-harness.ts';

function times(count: number, make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));
}

const PRIORITY = frame(FrameType.PRIORITY, 0, 1, Buffer.concat([uint32(3), Buffer.from([1])]));

t.test('frames without bytes and without end are tolerated once', async (t) => {
  const empty = data(1, '');
  for (const [bytes, isFlood] of [
    [[empty, data(1, 'x'), empty, data(1, 'x')], false],
    [[empty, empty], true],
    [[frame(FrameType.DATA, 0x8, 1, '\x02\0\0'), empty], true],
  ] as const) {
    const harness = new Http2ServerHarness();
    harness.feed(headers(1, POST, END_HEADERS), ...bytes);
    t.same(harness.frames(), isFlood ? ['GOAWAY 1 ENHANCE_YOUR_CALM'] : []);
    t.equal(statOf(harness.stats, 'inbound_empty_frames_flood'), isFlood ? 1 : 0);
    const details = isFlood ? 'protocolError: http2.inbound_empty_frames_flood' : undefined;
    t.equal(harness.last.failure, details);
  }
  const blocks = new Http2ServerHarness();
  const nothing = frame(FrameType.CONTINUATION, 0, 1);
  blocks.feed(frame(FrameType.HEADERS, 0, 1, block(GET)), nothing, nothing);
  t.same(blocks.frames(), ['GOAWAY 1 ENHANCE_YOUR_CALM']);
  t.same(blocks.errors, ['flood: http2.inbound_empty_frames_flood']);
});

t.test('changes of all windows are limited by what is done meanwhile', async (t) => {
  const change = (index: number): Buffer => settings([0x4, 1000 + (index % 2)]);
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, GET), times(100, change));
  t.same(harness.errors, []);
  const same = new Http2ServerHarness();
  same.feed(
    headers(1, GET),
    times(1000, () => settings([0x4, 1000])),
  );
  t.same(same.errors, [], 'only changes count');
  harness.feed(times(2, change));
  t.equal(harness.frames().at(-1), 'GOAWAY 1 ENHANCE_YOUR_CALM');
});

t.test('PRIORITY is limited by the number of streams', async (t) => {
  const harness = new Http2ServerHarness({ maxInboundPriorityFramesPerStream: 10 });
  harness.feed(times(10, () => PRIORITY));
  t.same(harness.frames(), []);
  harness.feed(
    headers(1, GET),
    times(10, () => PRIORITY),
  );
  t.same(harness.errors, []);
  harness.feed(PRIORITY);
  t.same(harness.errors, ['flood: http2.inbound_priority_frames_flood']);
  t.equal(statOf(harness.stats, 'inbound_priority_frames_flood'), 1);
});

t.test('WINDOW_UPDATE is limited by what was sent', async (t) => {
  const harness = new Http2ServerHarness({ maxInboundWindowUpdateFramesPerDataFrameSent: 2 });
  harness.feed(times(5, () => windowUpdate(0, 1)));
  t.same(harness.errors, []);
  harness.feed(headers(1, GET));
  answer(harness.last, 'one frame');
  harness.feed(times(2 + 2 * 2, () => windowUpdate(0, 1)));
  t.same(harness.errors, []);
  harness.feed(windowUpdate(0, 1));
  t.same(harness.errors, ['flood: http2.inbound_window_update_frames_flood']);
  t.equal(statOf(harness.stats, 'inbound_window_update_frames_flood'), 1);
});

t.test('answers that nobody reads are limited, and cost no memory beyond', async (t) => {
  for (const [name, bytes] of [
    ['PING', ping()],
    ['SETTINGS', settings()],
  ] as const) {
    const harness = new Http2ServerHarness({ maxOutboundControlFrames: 100 });
    harness.transport.isStuck = true;
    for (let count = 0; count < 10; count++) harness.feed(times(10, () => bytes));
    t.same(harness.errors, [], name);
    t.equal(statOf(harness.stats, 'outbound_control_frames_active'), 100);
    harness.feed(bytes);
    t.same(harness.errors, ['flood: http2.outbound_control_flood']);
    t.equal(statOf(harness.stats, 'outbound_control_flood'), 1);
    t.equal(harness.transport.state, 'destroyed', 'there is nobody to hear it');
    t.equal(statOf(harness.stats, 'outbound_control_frames_active'), 0);
    harness.feed(bytes);
    t.same(harness.errors.length, 1);
  }
});

t.test('a client that reads may ask as often as it likes', async (t) => {
  const harness = new Http2ServerHarness({ maxOutboundControlFrames: 100 });
  for (let count = 0; count < 50; count++) harness.feed(times(50, () => ping()));
  t.same(harness.errors, []);
  t.equal(harness.frames().length, 2500);
  // It reads some now and then.
  harness.transport.isStuck = true;
  for (let count = 0; count < 50; count++) {
    harness.feed(times(50, () => ping()));
    harness.transport.drain(Math.max(0, harness.transport.queuedBytes - 17 * 40));
  }
  t.same(harness.errors, []);
});

t.test('resets that we are made to send count as well', async (t) => {
  const harness = new Http2ServerHarness({
    maxOutboundControlFrames: 50,
    streamErrorOnInvalidHttpMessage: true,
  });
  harness.transport.isStuck = true;
  for (let id = 1; id < 200 && harness.errors.length === 0; id += 2) {
    harness.feed(headers(id, POST, END_HEADERS), windowUpdate(id, 0));
  }
  t.same(harness.errors, ['flood: http2.outbound_control_flood']);
  t.equal(harness.streams.length, 51);
  t.ok(
    harness.streams.every(({ failure }) => failure?.startsWith('protocolError: ')),
    'each was told to the manager, which has a budget for them',
  );
});

t.test('all frames that wait are limited', async (t) => {
  const harness = new Http2ServerHarness({ maxOutboundFrames: 100 }, (stream) => answer(stream));
  harness.transport.isStuck = true;
  for (let id = 1; id < 400 && harness.errors.length === 0; id += 2) harness.feed(headers(id, GET));
  t.same(harness.errors, ['flood: http2.outbound_flood']);
  t.equal(harness.streams.length, 101);
  t.equal(statOf(harness.stats, 'outbound_flood'), 1);
});

const CONTINUATIONS_MAX = 512;
const TOO_MANY = 'codec_error:Too_many_CONTINUATION_frames_following_a_HEADER_frame';

t.test('header blocks without end are limited in frames', async (t) => {
  const single = frame(FrameType.CONTINUATION, 0, 1, block([['a', 'b']]));
  const large = frame(FrameType.CONTINUATION, 0, 1, block([['a', 'b'.repeat(16_000)]]));
  const piece = frame(FrameType.CONTINUATION, 0, 1, 'y');
  const start = frame(FrameType.HEADERS, 0, 1, block(GET));
  const cutOff = frame(
    FrameType.HEADERS,
    0,
    1,
    Buffer.concat([block(GET), Buffer.from([0, 1, 0x78, 0x7f, 0x80, 0x08])]),
  );
  for (const [head, part, stat, details] of [
    [start, single, 'header_overflow', 'http2.too_many_headers'],
    [start, large, 'header_list_size_too_large', 'http2.header_list_size_too_large'],
    [cutOff, piece, undefined, TOO_MANY],
  ] as const) {
    const harness = new Http2ServerHarness();
    const end = Buffer.from(part);
    end[4] = END_HEADERS;
    // All in one turn: nothing can be said before it is over.
    harness.feed(
      head,
      times(CONTINUATIONS_MAX + 1, () => part),
    );
    t.same(harness.frames(), ['GOAWAY 1 ENHANCE_YOUR_CALM']);
    t.same(harness.errors, [`protocolError: ${details}`]);
    t.equal(harness.last.failure, `protocolError: ${details}`);
    if (stat !== undefined) t.equal(statOf(harness.stats, stat), 1);
    t.equal(statOf(harness.stats, 'tx_reset'), 0);
    harness.feed(part, end, headers(3, GET));
    t.equal(harness.streams.length, 1, 'nothing is read behind it');
  }
});

t.test('a header block that breaks a limit ends its stream before its own end', async (t) => {
  const single = frame(FrameType.CONTINUATION, 0, 1, block([['a', 'b']]));
  const harness = new Http2ServerHarness();
  harness.feed(frame(FrameType.HEADERS, 0, 1, block(GET)));
  for (let count = 0; count < 96; count++) harness.feed(single);
  t.same(harness.frames(), []);
  harness.feed(single);
  t.same(harness.frames(), ['RST_STREAM 1 INTERNAL_ERROR']);
  t.equal(harness.last.failure, 'remoteReset: http2.too_many_headers');
  for (let count = 97; count < CONTINUATIONS_MAX; count++) harness.feed(single);
  t.same(harness.errors, []);
  harness.feed(single);
  t.same(harness.frames(), ['GOAWAY 1 ENHANCE_YOUR_CALM']);
  t.same(harness.errors, [`protocolError: ${TOO_MANY}`]);
  t.equal(statOf(harness.stats, 'header_overflow'), 1);
  t.equal(statOf(harness.stats, 'tx_reset'), 1);
  t.equal(statOf(harness.stats, 'headers_cb_no_stream'), 0);
});

t.test('a header block may have as many frames as are allowed', async (t) => {
  const value = 'y'.repeat(CONTINUATIONS_MAX - 6);
  const octets = block([['x', value]]);
  const harness = new Http2ServerHarness();
  harness.feed(
    frame(FrameType.HEADERS, END_STREAM, 1, block(GET)),
    times(CONTINUATIONS_MAX, (at) =>
      frame(
        FrameType.CONTINUATION,
        at === octets.length - 1 ? END_HEADERS : 0,
        1,
        octets.subarray(at, at + 1),
      ),
    ),
  );
  t.equal(octets.length, CONTINUATIONS_MAX);
  t.same(harness.last.fields, [['x', value]]);
});

t.test('a list of fields that is too large in the end is not kept', async (t) => {
  const harness = new Http2ServerHarness();
  // One field of 4,000 bytes in the table, and 10,000 references to it.
  const value = 'v'.repeat(3900);
  const literal = Buffer.concat([
    Buffer.from([0x40, 1, 0x78, 0x7f, ((3900 - 127) & 0x7f) | 0x80, (3900 - 127) >> 7]),
    Buffer.from(value),
  ]);
  const bomb = Buffer.concat([block(GET), literal, Buffer.alloc(10_000, 0xbe)]);
  harness.feed(frame(FrameType.HEADERS, END_HEADERS | END_STREAM, 1, bomb));
  t.same(harness.frames(), ['RST_STREAM 1 INTERNAL_ERROR']);
  t.equal(harness.last.failure, 'remoteReset: http2.header_list_size_too_large');
  harness.feed(
    frame(
      FrameType.HEADERS,
      END_HEADERS | END_STREAM,
      3,
      Buffer.concat([block(GET), Buffer.from([0xbe])]),
    ),
  );
  t.same(harness.last.fields, [['x', value]], 'the table is right all the same');
});

t.test('streams that are reset at once are told to the manager, one by one', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(
    times(300, (index) => Buffer.concat([headers(1 + 2 * index, GET), reset(1 + 2 * index, 8)])),
  );
  t.equal(harness.streams.length, 300);
  t.ok(harness.streams.every(({ failure }) => failure === 'remoteReset: http2.remote_reset'));
  t.equal(harness.codec.activeStreams, 0);
  t.same(harness.frames(), [], 'and cost no answer');
});

t.test('a client that never opens its window costs its limit for each stream', async (t) => {
  const harness = new Http2ServerHarness({ streamBufferLimitBytes: 10_000 });
  harness.feed(
    settings([4, 0]),
    times(100, (index) => headers(1 + 2 * index, GET)),
  );
  for (const stream of harness.streams) answerUntilFull(stream);
  t.ok(statOf(harness.stats, 'pending_send_bytes') <= 100 * 12_000);
  harness.transport.close();
  t.equal(statOf(harness.stats, 'pending_send_bytes'), 0);
});

function answerUntilFull(stream: Http2ServerHarness['last']): void {
  const piece = Buffer.alloc(2000);
  stream.encoder.encodeHeaders(responseOf(200), false);
  for (let count = 0; count < 100 && stream.highWatermarks === 0; count++) {
    stream.encoder.encodeData(piece, false);
  }
}
