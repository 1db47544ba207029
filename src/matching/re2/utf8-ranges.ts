import { MAX_RUNE, type RuneSet } from '#matching/re2/rune-set.ts';

/** The values that one byte may have, ends included. */
export type ByteRange = readonly [low: number, high: number];

/** What consecutive bytes may be for the whole to be one of some code points. */
export type ByteSequence = readonly ByteRange[];

const CONTINUATION: ByteRange = [0x80, 0xbf];

/** All of Unicode beyond ASCII, as loosely as RE2 takes it: encodings need not be the shortest. */
const BEYOND_ASCII: readonly ByteSequence[] = [
  [[0xc2, 0xdf], CONTINUATION],
  [[0xe0, 0xef], CONTINUATION, CONTINUATION],
  [[0xf0, 0xf4], CONTINUATION, CONTINUATION, CONTINUATION],
];

/** The last code point of each length in UTF-8. */
const LAST_OF_LENGTH = [0x7f, 0x7ff, 0xffff, MAX_RUNE] as const;

/** The UTF-8 encodings of a set, as sequences of which no two overlap. */
export function byteSequencesOf(set: RuneSet): readonly ByteSequence[] {
  return set.flatMap(([low, high]) => {
    if (low > 0x80 || high < MAX_RUNE) return splitByLength(low, high);
    return low === 0x80 ? BEYOND_ASCII : [[[low, 0x7f]] as ByteSequence, ...BEYOND_ASCII];
  });
}

function splitByLength(low: number, high: number): ByteSequence[] {
  const sequences: ByteSequence[] = [];
  let start = low;
  LAST_OF_LENGTH.forEach((last, index) => {
    if (start > last || start > high) return;
    const end = Math.min(last, high);
    sequences.push(...splitByTail(start, end, index + 1));
    start = end + 1;
  });
  return sequences;
}

/** Cuts a range so that each part is the product of one range for each of its bytes. */
function splitByTail(low: number, high: number, length: number): ByteSequence[] {
  for (let tail = 1; tail < length; tail++) {
    const mask = (1 << (6 * tail)) - 1;
    if (low >> (6 * tail) === high >> (6 * tail)) continue;
    if ((low & mask) !== 0) {
      const middle = low | mask;
      return [...splitByTail(low, middle, length), ...splitByTail(middle + 1, high, length)];
    }
    if ((high & mask) !== mask) {
      const middle = (high & ~mask) - 1;
      return [...splitByTail(low, middle, length), ...splitByTail(middle + 1, high, length)];
    }
  }
  const first = encode(low, length);
  const last = encode(high, length);
  return [first.map((byte, index): ByteRange => [byte, last[index] as number])];
}

function encode(rune: number, length: number): number[] {
  if (length === 1) return [rune];
  const lead = [0xc0, 0xe0, 0xf0][length - 2] as number;
  const bytes = [lead | (rune >> (6 * (length - 1)))];
  for (let shift = length - 2; shift >= 0; shift--) {
    bytes.push(0x80 | ((rune >> (6 * shift)) & 0x3f));
  }
  return bytes;
}
