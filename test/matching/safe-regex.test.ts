import t from 'tap';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegex } from '#matching/parse-regex.ts';
import { SafeRegex } from '#matching/safe-regex.ts';

function regexOf(pattern: string): SafeRegex {
  const parsed = parseRegex(pattern);
  if (!parsed.ok) throw new Error(parsed.error);
  return new SafeRegex(structuredClone(parsed.value));
}

t.test('what RE2 refuses is refused in its words', async (t) => {
  const cases: [pattern: string, error: string][] = [
    ['a**', 'bad repetition operator: **'],
    ['x{2}{3}', 'bad repetition operator: {2}{3}'],
    ['x*{3}', 'bad repetition operator: *{3}'],
    ['x{2}*', 'bad repetition operator: {2}*'],
    ['x?*', 'bad repetition operator: ?*'],
    ['x*??', 'bad repetition operator: *??'],
    ['a++', 'bad repetition operator: ++'],
    ['*', 'no argument for repetition operator: *'],
    ['(|*)', 'no argument for repetition operator: *'],
    ['{2}', 'no argument for repetition operator: {2}'],
    ['a{1001}', 'invalid repetition size: {1001}'],
    ['a{2,1}', 'invalid repetition size: {2,1}'],
    ['(a{100}){11}', 'invalid repetition size: {11}'],
    ['(a', 'missing ): (a'],
    ['((((', 'missing ): (((('],
    ['(?:', 'missing ): (?:'],
    ['a)', 'unexpected ): a)'],
    ['(?=a)', 'invalid perl operator: (?='],
    ['(?!a)', 'invalid perl operator: (?!'],
    ['(?<=a)', 'invalid perl operator: (?<='],
    ['(?<!a)', 'invalid perl operator: (?<!'],
    ['(?P=a)', 'invalid perl operator: (?P'],
    ['(?i', 'invalid perl operator: (?i'],
    ['(?z)', 'invalid perl operator: (?z'],
    ['(?-)', 'invalid perl operator: (?-)'],
    ['(?i--s)', 'invalid perl operator: (?i--'],
    ['(?', 'invalid perl operator: (?'],
    ['(?P<a', 'invalid named capture group: (?P<a'],
    ['(?<a', 'invalid named capture group: (?<a'],
    ['(?P<>x)', 'invalid named capture group: (?P<>'],
    ['(?P<a b>x)', 'invalid named capture group: (?P<a b>'],
    ['[a', 'missing ]: [a'],
    ['[]', 'missing ]: []'],
    ['[^', 'missing ]: [^'],
    ['[[:alpha:', 'missing ]: [[:alpha:'],
    ['[z-a]', 'invalid character class range: z-a'],
    ['[[:foo:]]', 'invalid character class range: [:foo:]'],
    ['\\p{Foo}', 'invalid character class range: \\p{Foo}'],
    ['\\pX', 'invalid character class range: \\pX'],
    ['\\p', 'invalid character class range: \\p'],
    ['\\p{', 'invalid character class range: \\p{'],
    ['\\p{greek}', 'invalid character class range: \\p{greek}'],
    ['\\p{Script=Greek}', 'invalid character class range: \\p{Script=Greek}'],
    ['\\1', 'invalid escape sequence: \\1'],
    ['\\8', 'invalid escape sequence: \\8'],
    ['\\q', 'invalid escape sequence: \\q'],
    ['\\Z', 'invalid escape sequence: \\Z'],
    ['\\E', 'invalid escape sequence: \\E'],
    ['\\xg', 'invalid escape sequence: \\xg'],
    ['\\x1', 'invalid escape sequence: \\x1'],
    ['\\x{zz}', 'invalid escape sequence: \\x{z'],
    ['\\x{110000}', 'invalid escape sequence: \\x{110000'],
    ['[a-\\d]', 'invalid escape sequence: \\d'],
    ['a\\', 'trailing \\'],
    ['[\\', 'trailing \\'],
    ['((\\pL{100}){10}){1}\\pL{999}', 'pattern too large - compile failed'],
  ];
  for (const [pattern, error] of cases) {
    t.same(parseRegex(pattern), { ok: false, error }, pattern);
  }
});

t.test('the whole value must match', async (t) => {
  const cases: [pattern: string, matching: string[], other: string[]][] = [
    ['a|ab', ['a', 'ab'], ['abc', '', 'b']],
    ['', [''], ['a', '\n']],
    ['(|a)b', ['b', 'ab'], ['a']],
    ['a{2,3}', ['aa', 'aaa'], ['a', 'aaaa']],
    ['a{,2}', ['a{,2}'], ['a', 'aa']],
    ['a{2', ['a{2'], ['aa']],
    ['(?i)straße', ['STRAßE', 'strAẞe'], ['strasse']],
    ['(?i)[k]', ['k', 'K', '\u212a'], ['c']],
    ['(?i:a)b', ['Ab', 'ab'], ['aB']],
    ['(?P<x>a)(?<y>b)', ['ab'], ['ba']],
    ['\\Qa**\\E+', ['a**', 'a***'], ['a*']],
    ['\\Qab', ['ab'], []],
    ['\\A^a$\\z', ['a'], ['a\n']],
    ['a$', ['a'], ['a\n']],
    ['(?m)a$\n^b', ['a\nb'], ['ab']],
    ['.', ['a', 'é', '😀', '\r'], ['\n', '', 'ab']],
    ['(?s).', ['\n'], []],
    ['[^a]', ['b', '\n', 'é'], ['a']],
    ['\\pL+', ['aéα'], ['a1']],
    ['\\p{^Greek}', ['a'], ['α']],
    ['\\PL', ['1'], ['a']],
    ['[[:^alpha:]\\d]', ['1', 'é'], ['a']],
    ['[]a]', [']', 'a'], ['[]a]']],
    ['[a-]', ['a', '-'], ['b']],
    ['[\\d-z]', ['1', '-', 'z'], ['y']],
    ['\\bfoo\\b.*', ['foo', 'foo bar'], ['foobar']],
    ['\\x41\\x{e9}\\101\\0', ['AéA\0'], []],
    ['\\_\\-\\/', ['_-/'], []],
    ['\\a\\f\\t\\n\\r\\v', ['\x07\f\t\n\r\v'], []],
    ['\\s', [' ', '\t', '\f'], ['\v']],
    ['(a*)*b', ['b', 'aab'], ['a']],
    ['[^\\x00-\\x{10FFFF}]', [], ['', 'a']],
    ['(?:^)*a', ['a'], []],
    ['\\C\\C', ['é', 'ab'], ['a']],
  ];
  for (const [pattern, matching, other] of cases) {
    const regex = regexOf(pattern);
    for (const text of matching) t.ok(regex.fullMatch(byteStringOf(text)), `${pattern} on ${text}`);
    for (const text of other)
      t.notOk(regex.fullMatch(byteStringOf(text)), `${pattern} not ${text}`);
  }
});

t.test('bytes that are no UTF-8 match no character', async (t) => {
  for (const text of ['\xff', '\xc3', '\x80', 'a\xe9']) {
    t.notOk(regexOf('.*').fullMatch(text), JSON.stringify(text));
    t.notOk(regexOf('[^/]*').fullMatch(text), JSON.stringify(text));
  }
  t.notOk(regexOf('.*').fullMatch('\u0100'), 'nor does what is no byte');
});

t.test('an automaton that grows without bound is forgotten and built again', async (t) => {
  // Telling whether the 14th character from the end is an "a" takes 2^14 states.
  const regex = regexOf('[ab]*a[ab]{13}');
  let random = 1;
  let text = '';
  for (let index = 0; index < 40_000; index++) {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    text += (random & 0x10000) === 0 ? 'a' : 'b';
  }
  for (let cut = 0; cut < 20; cut++) {
    const part = text.slice(cut * 1_999);
    t.equal(regex.fullMatch(part), part.at(-14) === 'a');
  }
});

t.test('patterns that ruin a backtracking engine end at once', async (t) => {
  const text = `${'a'.repeat(60_000)}!`;
  for (const pattern of [
    '(a+)+',
    '(a|a)*',
    '(?:a?){300}a{300}',
    '(.*)(.*)(.*)(.*)(.*)x',
    '((a*)*)*',
  ]) {
    t.notOk(regexOf(`${pattern}b`).fullMatch(text), pattern);
  }
});
