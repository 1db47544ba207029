import { foldCase } from '#matching/re2/case-folding.ts';
import { parseEscapedRune } from '#matching/re2/escape.ts';
import { perlClass, posixClass, unicodeClass } from '#matching/re2/named-classes.ts';
import { complementOf, type RuneSet, runeSetOf, unionOf } from '#matching/re2/rune-set.ts';
import { PatternError, type Scanner } from '#matching/re2/scanner.ts';

/** Reads a class in brackets; the scanner is at the opening one. */
export function parseCharacterClass(scanner: Scanner, ignoresCase: boolean): RuneSet {
  const start = scanner.at;
  scanner.next();
  const isNegated = scanner.accept('^');
  const sets: RuneSet[] = [];
  // A closing bracket that comes first is an ordinary character.
  for (let isFirst = true; isFirst || !scanner.sees(']'); isFirst = false) {
    if (scanner.isAtEnd) throw new PatternError('missing ]', scanner.pattern.slice(start));
    sets.push(
      parsePosixClass(scanner, ignoresCase) ??
        parseNamedClass(scanner, ignoresCase) ??
        parseRange(scanner, ignoresCase, start),
    );
  }
  scanner.next();
  const union = unionOf(...sets);
  return isNegated ? complementOf(union) : union;
}

/** `\d` and its kind, `\pL` and its kind; nothing, and nothing read, where there is none. */
export function parseNamedClass(scanner: Scanner, ignoresCase: boolean): RuneSet | undefined {
  if (!scanner.sees('\\')) return undefined;
  const letter = scanner.pattern[scanner.at + 1] ?? '';
  if (letter === 'p' || letter === 'P') return parseUnicodeClass(scanner, ignoresCase);
  const set = perlClass(letter);
  if (set === undefined) return undefined;
  scanner.at += 2;
  return ignoresCase ? foldNamed(set, letter === letter.toUpperCase()) : set;
}

function parsePosixClass(scanner: Scanner, ignoresCase: boolean): RuneSet | undefined {
  if (!scanner.sees('[:')) return undefined;
  const end = scanner.pattern.indexOf(':]', scanner.at + 2);
  if (end < 0) return undefined;
  const name = scanner.pattern.slice(scanner.at + 2, end);
  const set = posixClass(name);
  if (set === undefined) {
    throw new PatternError('invalid character class range', `[:${name}:]`);
  }
  scanner.at = end + 2;
  return ignoresCase ? foldNamed(set, name.startsWith('^')) : set;
}

function parseUnicodeClass(scanner: Scanner, ignoresCase: boolean): RuneSet {
  const start = scanner.at;
  scanner.next();
  let isNegated = scanner.next() === 'P';
  const name = readUnicodeName(scanner);
  const fragment = name === undefined ? scanner.pattern.slice(start) : scanner.since(start);
  const plain = name?.startsWith('^') ? name.slice(1) : name;
  if (plain !== name) isNegated = !isNegated;
  const set = plain === undefined ? undefined : unicodeClass(plain);
  if (set === undefined) throw new PatternError('invalid character class range', fragment);
  const folded = ignoresCase ? foldCase(set) : set;
  return isNegated ? complementOf(folded) : folded;
}

/** One letter, or what stands in braces; nothing where the braces do not close. */
function readUnicodeName(scanner: Scanner): string | undefined {
  if (!scanner.accept('{')) return scanner.next();
  const end = scanner.pattern.indexOf('}', scanner.at);
  if (end < 0) return undefined;
  const name = scanner.pattern.slice(scanner.at, end);
  scanner.at = end + 1;
  return name;
}

function parseRange(scanner: Scanner, ignoresCase: boolean, classStart: number): RuneSet {
  const start = scanner.at;
  const low = parseClassRune(scanner, classStart);
  let high = low;
  // A hyphen before the closing bracket stands for itself.
  if (scanner.sees('-') && !scanner.sees('-]') && scanner.at + 1 < scanner.pattern.length) {
    scanner.next();
    high = parseClassRune(scanner, classStart);
    if (high < low) {
      throw new PatternError('invalid character class range', scanner.since(start));
    }
  }
  const set = runeSetOf([low, high]);
  return ignoresCase ? foldCase(set) : set;
}

function parseClassRune(scanner: Scanner, classStart: number): number {
  if (scanner.isAtEnd) throw new PatternError('missing ]', scanner.pattern.slice(classStart));
  if (scanner.sees('\\')) return parseEscapedRune(scanner);
  return scanner.next().codePointAt(0) as number;
}

/** The opposite of a class is taken after case was folded. */
function foldNamed(set: RuneSet, isNegated: boolean): RuneSet {
  return isNegated ? complementOf(foldCase(complementOf(set))) : foldCase(set);
}
