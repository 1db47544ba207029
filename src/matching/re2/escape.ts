import { MAX_RUNE } from '#matching/re2/rune-set.ts';
import { PatternError, type Scanner } from '#matching/re2/scanner.ts';

const CONTROL: Readonly<Record<string, number>> = {
  a: 0x07,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
};
const HEX_DIGIT = /^[0-9A-Fa-f]$/;
const OCTAL_DIGIT = /^[0-7]$/;

/** Reads a backslash and what it stands for, where that is one character; the scanner is at it. */
export function parseEscapedRune(scanner: Scanner): number {
  const start = scanner.at;
  scanner.next();
  if (scanner.isAtEnd) throw new PatternError('trailing \\');
  const character = scanner.next();
  const rune = character.codePointAt(0) as number;
  // A single digit but zero would be a back-reference, which RE2 has not.
  if (character === '0' || (/[1-7]/.test(character) && OCTAL_DIGIT.test(scanner.peek()))) {
    return parseOctal(character, scanner);
  }
  if (character === 'x') return parseHex(scanner, start);
  const control = CONTROL[character];
  if (control !== undefined) return control;
  if (rune < 0x80 && !/[0-9A-Za-z]/.test(character)) return rune;
  throw invalidEscape(scanner, start);
}

/** At most three digits with the one that was read. */
function parseOctal(first: string, scanner: Scanner): number {
  let digits = first;
  while (digits.length < 3 && OCTAL_DIGIT.test(scanner.peek())) digits += scanner.next();
  return Number.parseInt(digits, 8);
}

function parseHex(scanner: Scanner, start: number): number {
  if (!scanner.accept('{')) {
    const digits = scanner.next() + scanner.next();
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw invalidEscape(scanner, start);
    return Number.parseInt(digits, 16);
  }
  let rune = 0;
  let count = 0;
  for (; HEX_DIGIT.test(scanner.peek()); count++) {
    rune = rune * 16 + Number.parseInt(scanner.next(), 16);
    if (rune > MAX_RUNE) throw invalidEscape(scanner, start);
  }
  const end = scanner.next();
  if (end !== '}' || count === 0) throw invalidEscape(scanner, start);
  return rune;
}

function invalidEscape(scanner: Scanner, start: number): PatternError {
  return new PatternError('invalid escape sequence', scanner.since(start));
}
