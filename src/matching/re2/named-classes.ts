import {
  ANY_RUNE,
  complementOf,
  MAX_RUNE,
  type RuneSet,
  runeSetOf,
} from '#matching/re2/rune-set.ts';

const DIGIT = rangesOf('09');
const UPPER = rangesOf('AZ');
const LOWER = rangesOf('az');
const WORD = rangesOf('09', 'AZ', 'az', '__');
const PUNCTUATION = rangesOf('!/', ':@', '[`', '{~');

/** `\d`, `\s`, `\w` and their opposites, ASCII only as in RE2. */
const PERL: Readonly<Record<string, RuneSet>> = {
  d: DIGIT,
  D: complementOf(DIGIT),
  s: rangesOf('\t\n', '\f\r', '  '),
  S: complementOf(rangesOf('\t\n', '\f\r', '  ')),
  w: WORD,
  W: complementOf(WORD),
};

const POSIX: Readonly<Record<string, RuneSet>> = {
  alnum: rangesOf('09', 'AZ', 'az'),
  alpha: rangesOf('AZ', 'az'),
  ascii: rangesOf('\0\x7f'),
  blank: rangesOf('\t\t', '  '),
  cntrl: rangesOf('\0\x1f', '\x7f\x7f'),
  digit: DIGIT,
  graph: rangesOf('!~'),
  lower: LOWER,
  print: rangesOf(' ~'),
  punct: PUNCTUATION,
  space: rangesOf('\t\r', '  '),
  upper: UPPER,
  word: WORD,
  xdigit: rangesOf('09', 'AF', 'af'),
};

/** The class behind `\d` and the like, by the letter. */
export function perlClass(letter: string): RuneSet | undefined {
  return Object.hasOwn(PERL, letter) ? PERL[letter] : undefined;
}

/** The class of `[:alpha:]` and the like, by its name, which may begin with `^`. */
export function posixClass(name: string): RuneSet | undefined {
  const isNegated = name.startsWith('^');
  const plain = isNegated ? name.slice(1) : name;
  const set = Object.hasOwn(POSIX, plain) ? POSIX[plain] : undefined;
  return set && isNegated ? complementOf(set) : set;
}

const unicodeClasses = new Map<string, RuneSet | undefined>();

/**
 * The code points of a general category (`L`, `Lu`) or a script (`Greek`), `Any` for all.
 * Found by asking the engine about every code point, which takes some 50 ms for a new name.
 */
export function unicodeClass(name: string): RuneSet | undefined {
  if (name === 'Any') return ANY_RUNE;
  if (!unicodeClasses.has(name)) unicodeClasses.set(name, findUnicodeClass(name));
  return unicodeClasses.get(name);
}

function findUnicodeClass(name: string): RuneSet | undefined {
  if (!/^(?:[CLMNPSZ][a-z]?|[A-Z][a-z]{2}[A-Za-z_]*)$/.test(name)) return undefined;
  // RE2 knows neither the class of unassigned code points nor that of cased letters.
  if (name === 'Cn' || name === 'LC') return undefined;
  const property = name.length <= 2 ? `General_Category=${name}` : `Script=${name}`;
  try {
    return runesThatMatch(new RegExp(`\\p{${property}}`, 'u'));
  } catch {
    return undefined;
  }
}

function runesThatMatch(pattern: RegExp): RuneSet {
  const found: [number, number][] = [];
  let start = -1;
  for (let rune = 0; rune <= MAX_RUNE + 1; rune++) {
    const isMember = rune <= MAX_RUNE && pattern.test(String.fromCodePoint(rune));
    if (isMember && start < 0) start = rune;
    if (isMember || start < 0) continue;
    found.push([start, rune - 1]);
    start = -1;
  }
  return runeSetOf(...found);
}

/** Each text is the first and the last character of a range. */
function rangesOf(...ranges: readonly string[]): RuneSet {
  return runeSetOf(
    ...ranges.map((range): [number, number] => [range.charCodeAt(0), range.charCodeAt(1)]),
  );
}
