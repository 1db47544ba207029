import fc from 'fast-check';
import type { Fields } from './message-log.ts';

const TOKEN_CHARS = [
  ..."!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
];
const TARGET_CHARS = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index));
const VALUE_CHARS = [
  '\t',
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)),
  ...Array.from({ length: 128 }, (_, index) => String.fromCharCode(0x80 + index)),
];

/** What a message is made of, on whichever side it is written or read. */
export interface MessageShape {
  readonly fields: Fields;
  /** Pieces of the body; none: there is no body. */
  readonly body: readonly string[] | undefined;
  readonly isChunked: boolean;
  /** Only behind chunks. */
  readonly trailers: Fields;
}

/** Names that nothing but this test knows, so that nothing is joined or taken out. */
const name: fc.Arbitrary<string> = fc
  .string({ unit: fc.constantFrom(...TOKEN_CHARS), maxLength: 20 })
  .map((rest) => `x-${rest.toLowerCase()}`);

const value: fc.Arbitrary<string> = fc
  .string({ unit: fc.constantFrom(...VALUE_CHARS), maxLength: 40 })
  .map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''));

const fields: fc.Arbitrary<Fields> = fc.array(fc.tuple(name, value), { maxLength: 8 });

export const path: fc.Arbitrary<string> = fc
  .string({ unit: fc.constantFrom(...TARGET_CHARS), maxLength: 40 })
  .map((rest) => `/${rest}`);

const piece: fc.Arbitrary<string> = fc
  .uint8Array({ minLength: 1, maxLength: 50 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

export const message: fc.Arbitrary<MessageShape> = fc
  .record({
    fields,
    body: fc.option(fc.array(piece, { minLength: 1, maxLength: 4 }), { nil: undefined }),
    isChunked: fc.boolean(),
    trailers: fc.array(fc.tuple(name, value), { maxLength: 2 }),
  })
  .map((shape) => ({ ...shape, trailers: shape.body && shape.isChunked ? shape.trailers : [] }));

/** The fields of a message with the one that frames it. */
export function framedFields({ fields: plain, body, isChunked }: MessageShape): Fields {
  if (body === undefined || isChunked) return plain;
  return [...plain, ['content-length', String(body.join('').length)]];
}

/** The text of a message behind its first line, written as plainly as can be. */
export function textOf(shape: MessageShape): string {
  const lines = (all: Fields): string => all.map(([key, text]) => `${key}: ${text}\r\n`).join('');
  const { body, isChunked, trailers } = shape;
  const head = lines(framedFields(shape));
  if (body === undefined) return `${head}\r\n`;
  if (!isChunked) return `${head}\r\n${body.join('')}`;
  const chunks = body.map((data) => `${data.length.toString(16)}\r\n${data}\r\n`).join('');
  return `${head}transfer-encoding: chunked\r\n\r\n${chunks}0\r\n${lines(trailers)}\r\n`;
}

/** Cuts a text at places that are given as shares of its length. */
export function cutAt(text: string, shares: readonly number[]): string[] {
  const places = shares.map((share) => Math.floor(share * text.length)).sort((a, b) => a - b);
  const pieces: string[] = [];
  let from = 0;
  for (const place of [...places, text.length]) {
    if (place > from) pieces.push(text.slice(from, place));
    from = Math.max(from, place);
  }
  return pieces;
}

export const cuts: fc.Arbitrary<number[]> = fc.array(
  fc.double({ min: 0, max: 0.999_999, noNaN: true }),
  { maxLength: 6 },
);
