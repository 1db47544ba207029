import t, { type Test } from 'tap';
import { FrameType } from '#http/h2/frame-type.ts';
import { Http2ClientHarness } from './client-harness.ts';
import {
  ACK,
  block,
  data,
  END_HEADERS,
  END_STREAM,
  type Field,
  frame,
  GET,
  goAway,
  headers,
  PADDED,
  POST,
  PREFACE,
  PRIORITY,
  ping,
  reset,
  settings,
  uint32,
  windowUpdate,
} from './frames.ts';
import { answer, Http2ServerHarness } from './server-harness.ts';

const PADDING = Buffer.concat([Buffer.from([3]), Buffer.from('padded'), Buffer.alloc(3)]);
const WEIGHT = Buffer.concat([uint32(0), Buffer.from([16])]);
const OK: readonly Field[] = [[':status', '200']];

/** Cuts of the bytes of a client. */
const REQUESTS: Readonly<Record<string, readonly Buffer[]>> = {
  'a request without a body': [headers(1, GET), ping()],
  'a body, padded and not, and trailers': [
    headers(1, POST, END_HEADERS),
    data(1, 'plain'),
    frame(FrameType.DATA, PADDED, 1, PADDING),
    headers(1, [['x-check', '1']]),
  ],
  'a padded end without data': [
    headers(1, POST, END_HEADERS),
    frame(
      FrameType.DATA,
      PADDED | END_STREAM,
      1,
      Buffer.concat([Buffer.from([2]), Buffer.alloc(2)]),
    ),
  ],
  'a header block in pieces, with padding and priority': [
    frame(
      FrameType.HEADERS,
      PADDED | PRIORITY | END_STREAM,
      1,
      Buffer.concat([Buffer.from([2]), WEIGHT, block(GET.slice(0, 2)), Buffer.alloc(2)]),
    ),
    frame(FrameType.CONTINUATION, 0, 1, block(GET.slice(2))),
    frame(FrameType.CONTINUATION, END_HEADERS, 1, block([['x', '1']])),
  ],
  'frames of all other kinds': [
    settings([4, 100], [1, 0]),
    frame(FrameType.SETTINGS, ACK, 0),
    frame(FrameType.PRIORITY, 0, 1, WEIGHT),
    frame(0x77, 0xff, 9, 'whatever this is'),
    windowUpdate(0, 1000),
    headers(1, GET),
    headers(3, POST, END_HEADERS),
    reset(3, 8),
    goAway(0),
    headers(5, GET),
  ],
  'two streams that take turns': [
    headers(1, POST, END_HEADERS),
    headers(3, POST, END_HEADERS),
    data(1, 'a'),
    data(3, 'b'),
    data(1, 'c', END_STREAM),
    data(3, 'd', END_STREAM),
  ],
  'a malformed request': [headers(1, [...GET, ['X', '1']]), headers(3, GET)],
  'a frame that is too large': [headers(1, GET), frame(FrameType.PING, 0, 0, '123456789')],
  'too much padding': [headers(1, POST, END_HEADERS), frame(FrameType.DATA, PADDED, 1, '\xffab')],
  'DATA behind the end': [headers(1, GET), data(1, 'late'), headers(3, GET)],
};

const RESPONSES: Readonly<Record<string, readonly Buffer[]>> = {
  'interim heads, a body and trailers': [
    headers(1, [[':status', '103']], END_HEADERS),
    headers(1, [...OK, ['x', '1']], END_HEADERS),
    data(1, 'hello'),
    frame(FrameType.DATA, PADDED, 1, PADDING),
    headers(1, [['x-check', '2']]),
  ],
  'a refused stream': [reset(1, 7), headers(3, OK)],
  'an end announced': [goAway(1), headers(1, OK, END_HEADERS), data(1, 'last', END_STREAM)],
  'a malformed head': [headers(1, [...OK, ['connection', 'close']])],
};

/** What was heard, without the lengths of pieces, and what was answered, in the end. */
function serve(pieces: readonly Buffer[]): string {
  const options = { streamErrorOnInvalidHttpMessage: true };
  const harness = new Http2ServerHarness(options, (stream) => answer(stream, 'ok'), false);
  for (const piece of pieces) harness.feed(piece);
  const { errors, isCloseWanted, codec } = harness;
  const heard = harness.streams.map((stream) => stream.heard);
  return JSON.stringify([heard, errors, isCloseWanted, codec.activeStreams, harness.frames()]);
}

function receive(pieces: readonly Buffer[]): string {
  const harness = new Http2ClientHarness();
  const responses = [harness.ask(), harness.ask()];
  for (const piece of pieces) harness.feed(piece);
  const heard = responses.map((response) => response.heard);
  return JSON.stringify([heard, harness.events, harness.codec.activeStreams, harness.frames()]);
}

function checkCuts(t: Test, bytes: Buffer, read: (pieces: readonly Buffer[]) => string): void {
  const whole = read([bytes]);
  const differing: number[][] = [];
  for (let first = 1; first < bytes.length; first++) {
    // Every cut, and each with a second one close behind it or far away.
    for (const second of [first, first + 1, first + 5, first + 10, first + 40]) {
      if (second >= bytes.length) continue;
      const pieces = [
        bytes.subarray(0, first),
        bytes.subarray(first, second),
        bytes.subarray(second),
      ];
      const present = pieces.filter((piece) => piece.length > 0);
      if (read(present) !== whole) differing.push([first, second]);
    }
  }
  t.same(differing, [], 'cuts change nothing');
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  t.equal(read(single), whole, 'a cut behind every byte changes nothing');
}

for (const [name, frames] of Object.entries(REQUESTS)) {
  t.test(`${name} may be cut anywhere`, async (t) => {
    checkCuts(t, Buffer.concat([PREFACE, settings(), ...frames]), serve);
  });
}

for (const [name, frames] of Object.entries(RESPONSES)) {
  t.test(`a response with ${name} may be cut anywhere`, async (t) => {
    checkCuts(t, Buffer.concat(frames), receive);
  });
}
