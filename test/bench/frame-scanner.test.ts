import t from 'tap';
import { FrameScanner, frame } from '../../bench/http2/frame-scanner.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

const BYTES = Buffer.concat([
  PREFACE,
  frame(4, 0, 0, Buffer.alloc(6)),
  frame(1, 4, 1, Buffer.from('fields')),
  frame(0, 0, 1, Buffer.from('hello')),
  frame(0, 1, 1, Buffer.alloc(0)),
  frame(8, 0, 0, Buffer.alloc(4)),
]);

/** What is seen of the bytes when they come in pieces of this length. */
function seenInPieces(length: number): string[] {
  const seen: string[] = [];
  let bytes = 0;
  const scanner = new FrameScanner(
    {
      onFrame: (type, flags, stream, payload) => {
        seen.push(`${type} ${flags} ${stream} ${payload.toString('hex')}`);
      },
      onData: (stream, count, flags) => {
        bytes += count;
        if (flags !== 0) seen.push(`data ${stream} ${bytes}`);
      },
    },
    PREFACE.length,
  );
  for (let at = 0; at < BYTES.length; at += length) {
    const piece = BYTES.subarray(at, at + length);
    scanner.scan(piece, piece.length);
  }
  return seen;
}

t.test('frames are the same however they are cut', async (t) => {
  const whole = seenInPieces(BYTES.length);
  t.equal(whole.length, 4);
  for (let length = 1; length < BYTES.length; length += 1) {
    t.same(seenInPieces(length), whole, `pieces of ${length}`);
  }
});
