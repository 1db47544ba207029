import type { ByteRange } from '#matching/re2/utf8-ranges.ts';

/** What one instruction of a program does. */
export const Operation = {
  /** The text matches if it may end here. */
  match: 0,
  /** Takes one byte that is in set `argument`, then goes to `next`. */
  byte: 1,
  /** Goes to `next` and, with less preference, to `argument`. */
  split: 2,
  /** Goes to `next` if assertion `argument` holds here. */
  assertion: 3,
  /** Notes the position as capture `argument`, then goes to `next`. */
  capture: 4,
} as const;

/** The assertions by the numbers that instructions carry. */
export const AssertionBit = {
  'begin text': 1,
  'end text': 2,
  'begin line': 4,
  'end line': 8,
  'word boundary': 16,
  'no word boundary': 32,
} as const;

/** What assertions ask about the bytes beside them. */
export const NEWLINE: readonly ByteRange[] = [[0x0a, 0x0a]];
export const WORD_BYTES: readonly ByteRange[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];

/** Whether each byte is in one of the ranges: 1 or 0. */
export function byteFlags(ranges: readonly ByteRange[]): Uint8Array {
  const flags = new Uint8Array(256);
  for (const [low, high] of ranges) flags.fill(1, low, high + 1);
  return flags;
}

/**
 * A regular expression as a non-deterministic automaton over bytes; plain data, so that one thread
 * can check and compile what others run. Instructions are numbered from 0.
 */
export interface RegexProgram {
  readonly operations: Uint8Array;
  readonly next: Int32Array;
  readonly argument: Int32Array;
  readonly start: number;
  /** Bytes that no set tells apart share a class. */
  readonly byteClasses: Uint8Array;
  readonly classCount: number;
  /** `set * classCount + class`: 1 where the set holds that class. */
  readonly setMembers: Uint8Array;
  readonly hasAssertions: boolean;
  /** How many groups capture, without the whole match. */
  readonly groupCount: number;
}
