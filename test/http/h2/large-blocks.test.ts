import t from 'tap';
import { FrameType } from '#http/h2/frame-type.ts';
import { Http2ClientHarness } from './client-harness.ts';
import { statOf } from './endpoint-services.ts';
import {
  block,
  data,
  END_HEADERS,
  END_STREAM,
  type Field,
  frame,
  GET,
  headers,
  POST,
} from './frames.ts';
import { answer, Http2ServerHarness } from './server-harness.ts';

const OK: readonly Field[] = [[':status', '200']];
const TOO_LARGE = 'remoteReset: http2.header_list_size_too_large';
/** A field that goes into the table, and a reference to it. */
const INDEXED: Buffer = Buffer.concat([
  Buffer.from([0x40]),
  block([['x-kept', 'yes']]).subarray(1),
]);
const REFERENCE: Buffer = Buffer.from([0xbe]);

/** About 200 kB, with the field that is to be indexed behind everything that is refused. */
function largeBlock(streamId: number, start: readonly Field[], flags = END_STREAM): Buffer[] {
  const part = block([['x-large', 'y'.repeat(10_000)]]);
  return [
    frame(FrameType.HEADERS, flags, streamId, block(start)),
    ...Array.from({ length: 20 }, () => frame(FrameType.CONTINUATION, 0, streamId, part)),
    frame(FrameType.CONTINUATION, END_HEADERS, streamId, INDEXED),
  ];
}

function referring(streamId: number, start: readonly Field[]): Buffer {
  const octets = Buffer.concat([block(start), REFERENCE]);
  return frame(FrameType.HEADERS, END_HEADERS | END_STREAM, streamId, octets);
}

for (const isTogether of [true, false]) {
  const name = isTogether ? 'in one turn' : 'frame by frame';

  t.test(`a request that is too large ends its stream alone, ${name}`, async (t) => {
    const harness = new Http2ServerHarness();
    harness.feed(headers(1, POST, END_HEADERS));
    const [first] = harness.streams;
    const frames = largeBlock(3, GET);
    if (isTogether) harness.feed(...frames);
    else for (const each of frames) harness.feed(each);
    t.same(harness.frames(), ['RST_STREAM 3 INTERNAL_ERROR']);
    t.equal(harness.last.failure, TOO_LARGE);
    harness.feed(data(1, 'body', END_STREAM), referring(5, GET));
    t.equal(first?.isEnded, true);
    t.same(harness.last.fields, [['x-kept', 'yes']], 'the table is right all the same');
    t.same(harness.errors, []);
    for (const stream of harness.streams) if (stream.failure === undefined) answer(stream, 'ok');
    t.same(harness.frames().length, 4);
    t.equal(statOf(harness.stats, 'header_list_size_too_large'), 1);
    t.equal(statOf(harness.stats, 'tx_reset'), 1);
    t.equal(statOf(harness.stats, 'headers_cb_no_stream'), 0);
    t.equal(harness.codec.activeStreams, 0);
  });

  t.test(`trailers of a request that are too large end its stream alone, ${name}`, async (t) => {
    const harness = new Http2ServerHarness();
    harness.feed(headers(1, POST, END_HEADERS), data(1, 'body'));
    const frames = largeBlock(1, [['x-check', '1']]);
    if (isTogether) harness.feed(...frames);
    else for (const each of frames) harness.feed(each);
    t.same(harness.frames(), ['RST_STREAM 1 INTERNAL_ERROR']);
    t.equal(harness.last.failure, TOO_LARGE);
    harness.feed(referring(3, GET));
    t.same(harness.last.fields, [['x-kept', 'yes']]);
    t.same(harness.errors, []);
  });

  t.test(`a response that is too large ends its stream alone, ${name}`, async (t) => {
    const harness = new Http2ClientHarness();
    const [late, large, next] = [harness.ask(), harness.ask(), harness.ask()];
    harness.frames();
    harness.feed(headers(1, OK, END_HEADERS), data(1, 'begun '));
    const frames = largeBlock(3, OK);
    if (isTogether) harness.feed(...frames);
    else for (const each of frames) harness.feed(each);
    t.same(harness.frames(), ['RST_STREAM 3 INTERNAL_ERROR']);
    t.equal(large.failure, TOO_LARGE);
    harness.feed(data(1, 'and ended', END_STREAM), referring(5, OK));
    t.equal(late.body, 'begun and ended');
    t.equal(late.isComplete, true);
    t.same(next.fields, [['x-kept', 'yes']], 'the table is right all the same');
    t.same(harness.events, [], 'the connection goes on');
    t.equal(harness.codec.canTakeStream, true);
    t.equal(harness.codec.activeStreams, 0);
    t.equal(statOf(harness.stats, 'header_list_size_too_large'), 1);
    t.equal(statOf(harness.stats, 'tx_reset'), 1);
    t.equal(statOf(harness.stats, 'headers_cb_no_stream'), 0);
  });

  t.test(`trailers of a response that are too large end its stream alone, ${name}`, async (t) => {
    const harness = new Http2ClientHarness();
    const [large, next] = [harness.ask(), harness.ask()];
    harness.frames();
    harness.feed(headers(1, OK, END_HEADERS), data(1, 'body'));
    const frames = largeBlock(1, [['x-check', '1']]);
    if (isTogether) harness.feed(...frames);
    else for (const each of frames) harness.feed(each);
    t.same(harness.frames(), ['RST_STREAM 1 INTERNAL_ERROR']);
    t.equal(large.failure, TOO_LARGE);
    harness.feed(referring(3, OK));
    t.same(next.fields, [['x-kept', 'yes']]);
    t.same(harness.events, []);
  });

  t.test(`a large response that nobody waits for any more is read past, ${name}`, async (t) => {
    const harness = new Http2ClientHarness();
    const [given, next] = [harness.ask(), harness.ask()];
    harness.frames();
    const frames = largeBlock(1, OK);
    harness.feed(...frames.slice(0, 2));
    given.encoder.resetStream('localReset');
    if (isTogether) harness.feed(...frames.slice(2));
    else for (const each of frames.slice(2)) harness.feed(each);
    t.same(harness.frames(), ['RST_STREAM 1 CANCEL']);
    harness.feed(referring(3, OK));
    t.same(next.fields, [['x-kept', 'yes']]);
    t.same(harness.events, []);
    t.equal(statOf(harness.stats, 'headers_cb_no_stream'), 1);
    t.equal(statOf(harness.stats, 'header_list_size_too_large'), 0);
  });

  t.test(
    `a large request beyond the streams that are allowed is refused once, ${name}`,
    async (t) => {
      const harness = new Http2ServerHarness({ maxConcurrentStreams: 1 });
      harness.feed(headers(1, POST, END_HEADERS));
      const frames = largeBlock(3, GET);
      if (isTogether) harness.feed(...frames);
      else for (const each of frames) harness.feed(each);
      t.same(harness.frames(), ['RST_STREAM 3 REFUSED_STREAM']);
      t.equal(harness.streams.length, 1);
      answer(harness.last, 'ok');
      harness.feed(data(1, '', END_STREAM), referring(5, GET));
      t.same(harness.last.fields, [['x-kept', 'yes']]);
      t.same(harness.errors, []);
    },
  );
}

t.test('a response that is too large is given up before its end', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask();
  harness.frames();
  const frames = largeBlock(1, OK);
  harness.feed(...frames.slice(0, 7));
  t.equal(response.failure, undefined);
  harness.feed(...frames.slice(7, 8));
  t.equal(response.failure, TOO_LARGE);
  t.same(harness.frames(), ['RST_STREAM 1 INTERNAL_ERROR']);
  harness.transport.close();
  t.equal(harness.codec.activeStreams, 0);
});

t.test('a connection that closes within a block that is too large is told once', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask();
  harness.frames();
  harness.transport.feed(Buffer.concat(largeBlock(1, OK).slice(0, 12)));
  harness.transport.close();
  harness.settle();
  t.match(response.failure, /^connectionTermination/);
  t.equal(statOf(harness.stats, 'header_list_size_too_large'), 0);
});

t.test('an upstream may send 1,024 frames behind HEADERS, and no more', async (t) => {
  const small = frame(FrameType.CONTINUATION, 0, 1, block([['a', 'b']]));
  const harness = new Http2ClientHarness({ maxHeadersCount: 2000 });
  const response = harness.ask();
  harness.frames();
  harness.feed(frame(FrameType.HEADERS, 0, 1, block(OK)));
  for (let count = 0; count < 1024; count++) harness.feed(small);
  t.same(harness.events, []);
  harness.feed(small);
  t.same(harness.frames(), ['GOAWAY 0 ENHANCE_YOUR_CALM']);
  const details = 'codec_error:Too_many_CONTINUATION_frames_following_a_HEADER_frame';
  t.same(harness.events, [details]);
  t.equal(response.failure, `protocolError: ${details}`);
});

t.test('a name or value that is too long ends the connection', async (t) => {
  const octets = block([...OK, ['x', 'y'.repeat(65_537)]]);
  const harness = new Http2ClientHarness({ maxHeadersBytes: 1_000_000 });
  const response = harness.ask();
  harness.frames();
  harness.feed(frame(FrameType.HEADERS, 0, 1, octets.subarray(0, 16_384)));
  t.same(harness.frames(), ['GOAWAY 0 COMPRESSION_ERROR']);
  t.equal(response.failure, 'protocolError: codec_error:hpack_stringTooLong');
});
