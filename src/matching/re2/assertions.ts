import { AssertionBit, byteFlags, NEWLINE, WORD_BYTES } from '#matching/re2/program.ts';

/** There is no byte: the text begins or ends here. */
export const NO_BYTE = -1;

const IS_WORD = byteFlags(WORD_BYTES);
const IS_NEWLINE = byteFlags(NEWLINE);

/** The assertions that hold between two bytes of a text, as a sum of their bits. */
export function assertionsBetween(before: number, after: number): number {
  let holding = 0;
  if (before === NO_BYTE) holding |= AssertionBit['begin text'] | AssertionBit['begin line'];
  else if (IS_NEWLINE[before] === 1) holding |= AssertionBit['begin line'];
  if (after === NO_BYTE) holding |= AssertionBit['end text'] | AssertionBit['end line'];
  else if (IS_NEWLINE[after] === 1) holding |= AssertionBit['end line'];
  const isBoundary = isWord(before) !== isWord(after);
  return holding | AssertionBit[isBoundary ? 'word boundary' : 'no word boundary'];
}

function isWord(byte: number): boolean {
  return byte !== NO_BYTE && IS_WORD[byte] === 1;
}
