import fc from 'fast-check';
import { RE2JS } from 're2js';
import t from 'tap';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegexReplacement, RegexReplacement } from '#matching/regex-replacement.ts';
import { parseRegex, SafeRegex } from '#matching/safe-regex.ts';

/* RE2JS is an independent implementation of RE2. */

const atoms = [
  ...'abckS./-é^$α😀',
  ...['\\d', '\\w', '\\s', '\\W', '\\b', '\\B', '\\A', '\\z', '\\pL', '\\PL', '\\p{Greek}'],
  ...['[ab]', '[^a]', '[^/]', '[a-cé]', '[^é]', '[[:alpha:]]', '\\Qa.\\E', '\\x61'],
  ...['(?i:k)', '(?i:é)', '(?s:.)', '(?i)s', '(?m:^)', '(?m:$)'],
];
const repetitions = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}', '**'];

const pattern = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(...atoms),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => one + other),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(${one}|${other})`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `${one}|${other}`),
    fc
      .tuple(tie('pattern'), fc.constantFrom(...repetitions))
      .map(([one, repetition]) => `(${one})${repetition}`),
    tie('pattern').map((one) => `(?:${one})*`),
  ),
})).pattern;

const text = fc
  .array(fc.constantFrom(...'abckKsS/éÉα😀1_ \n.-ſ\u212a'), { maxLength: 8 })
  .map((characters) => characters.join(''));

t.test('every pattern is accepted, and matches, as by another RE2', async () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 5 }), (pattern, texts) => {
      const theirs = compileTheirs(pattern);
      const ours = parseRegex(pattern);
      if (theirs === undefined || !ours.ok) return (theirs === undefined) === !ours.ok;
      const regex = new SafeRegex(ours.value);
      return texts.every(
        (text) => regex.fullMatch(byteStringOf(text)) === theirs.matcher(text).matches(),
      );
    }),
    { numRuns: 3_000 },
  );
});

t.test('every match is replaced, with what its groups captured, as by another RE2', async () => {
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      const theirs = compileTheirs(pattern);
      // Between the bytes of one character RE2 itself finds no word boundary, RE2JS does not look.
      if (theirs === undefined || pattern.includes('\\B')) return true;
      const groups = Math.min(theirs.groupCount(), 2);
      const substitution = ['<\\0>', '<\\0|\\1>', '<\\0|\\1|\\2>'][groups] as string;
      const ours = parseRegexReplacement(pattern, substitution);
      if (!ours.ok) return false;
      const replaced = new RegexReplacement(ours.value).replaceAll(byteStringOf(text));
      return replaced === byteStringOf(replaceTheirs(theirs, text, groups));
    }),
    { numRuns: 3_000 },
  );
});

function compileTheirs(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

/** RE2's GlobalReplace: no empty match right behind another match. */
function replaceTheirs(regex: RE2JS, text: string, groups: number): string {
  const matcher = regex.matcher(text);
  let replaced = '';
  let from = 0;
  let lastEnd = -1;
  while (from <= text.length && matcher.find(from)) {
    const [start, end] = [matcher.start(), matcher.end()];
    replaced += text.slice(from, start);
    from = start;
    if (start === end && start === lastEnd) {
      const width = String.fromCodePoint(text.codePointAt(start) ?? 0).length;
      replaced += text.slice(start, start + width);
      from = start + width;
      continue;
    }
    const captured = Array.from({ length: groups + 1 }, (_, group) => matcher.group(group) ?? '');
    replaced += `<${captured.join('|')}>`;
    from = end;
    lastEnd = end;
  }
  return replaced + text.slice(from);
}
