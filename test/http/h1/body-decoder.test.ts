import fc from 'fast-check';
import t from 'tap';
import { BodyDecoder, type BodySink } from '#http/h1/body-decoder.ts';
import type { HeaderMap } from '#http/header-map.ts';

const LIMITS = {
  headBytesMax: 1000,
  headersMax: 10,
  headerKeyFormat: { kind: 'lower_case' },
} as const;

/** Keeps the pieces as they are, as a write that has to wait would, and as they were. */
class PieceSink implements BodySink {
  readonly pieces: Buffer[] = [];
  readonly copies: string[] = [];
  isEnded = false;
  defect = '';

  onBody(bytes: Buffer, isLast: boolean): void {
    this.pieces.push(bytes);
    this.copies.push(bytes.toString('latin1'));
    if (isLast) this.isEnded = true;
  }

  onBodyEnd(_trailers: HeaderMap | undefined): void {
    this.isEnded = true;
  }

  onBodyDefect(defect: string): void {
    this.defect = defect;
  }
}

function decodeChunks(chunks: readonly string[]): PieceSink {
  const text = chunks.map((data) => `${data.length.toString(16)}\r\n${data}\r\n`).join('');
  const bytes = Buffer.from(`${text}0\r\n\r\n`, 'latin1');
  const sink = new PieceSink();
  const decoder = new BodyDecoder(sink, { setBulk: () => undefined }, LIMITS);
  decoder.begin('chunked', 0);
  if (decoder.decode(bytes, 0, bytes.length) !== bytes.length) throw new Error('not read whole');
  return sink;
}

t.test('small chunks of one read are passed on together', async (t) => {
  const sink = decodeChunks(Array.from({ length: 1000 }, (_, index) => String(index % 10)));
  t.equal(sink.pieces.length, 1);
  t.equal(sink.copies[0], '0123456789'.repeat(100));
  t.equal(sink.isEnded, true);
});

t.test('large chunks are passed on where they lie', async (t) => {
  const large = 'x'.repeat(5000);
  const sink = decodeChunks(['a', 'b', large, 'c', large]);
  t.same(sink.copies, ['ab', `${large}c`, large]);
});

t.test('what came before a defect is passed on', async (t) => {
  const bytes = Buffer.from('1\r\na\r\n1\r\nb\r\nx');
  const sink = new PieceSink();
  const decoder = new BodyDecoder(sink, { setBulk: () => undefined }, LIMITS);
  decoder.begin('chunked', 0);
  decoder.decode(bytes, 0, bytes.length);
  t.same(sink.copies, ['ab']);
  t.equal(sink.defect, 'invalidChunkSize');
});

t.test('no piece is changed after it was passed on', async () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 4000, max: 6000 }));
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 20 }), (sizes) => {
      const chunks = sizes.map((length, index) => String.fromCharCode(97 + index).repeat(length));
      const sink = decodeChunks(chunks);
      return (
        sink.copies.join('') === chunks.join('') &&
        sink.pieces.every((piece, index) => piece.toString('latin1') === sink.copies[index])
      );
    }),
    { numRuns: 200 },
  );
});

t.test('a body that ends with its connection, and one of a known length', async (t) => {
  const until = new PieceSink();
  const endless = new BodyDecoder(until, { setBulk: () => undefined }, LIMITS);
  endless.begin('untilClose', 0);
  t.equal(endless.decode(Buffer.from('abc'), 0, 3), 3);
  t.same(until.copies, ['abc']);
  t.equal(until.isEnded, false);

  const known = new PieceSink();
  const decoder = new BodyDecoder(known, { setBulk: () => undefined }, LIMITS);
  decoder.begin('length', 4);
  t.equal(decoder.decode(Buffer.from('abc'), 0, 3), 3);
  t.equal(known.isEnded, false);
  t.equal(decoder.decode(Buffer.from('..defg'), 2, 6), 3, 'the rest is not part of it');
  t.same(known.copies, ['abc', 'd']);
  t.equal(known.isEnded, true);
});
