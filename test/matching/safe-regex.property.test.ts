import fc from 'fast-check';
import { RE2JS } from 're2js';
import t from 'tap';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegex } from '#matching/parse-regex.ts';
import { parseRegexReplacement } from '#matching/parse-regex-replacement.ts';
import { RegexReplacement } from '#matching/regex-replacement.ts';
import { SafeRegex } from '#matching/safe-regex.ts';
import { patterns, texts } from '../tools/re2-patterns.ts';

/* RE2JS is an independent implementation of RE2. */

t.test('every pattern is accepted, and matches, as by another RE2', async () => {
  fc.assert(
    fc.property(patterns, fc.array(texts, { minLength: 5, maxLength: 5 }), (pattern, texts) => {
      const theirs = compileTheirs(pattern);
      const ours = parseRegex(pattern);
      if (theirs === undefined || !ours.ok) return (theirs === undefined) === !ours.ok;
      const regex = new SafeRegex(ours.value);
      return texts.every(
        (text) => regex.fullMatch(byteStringOf(text)) === theirs.matcher(text).matches(),
      );
    }),
    { numRuns: 1_500 },
  );
});

t.test('every match is replaced, with what its groups captured, as by another RE2', async () => {
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
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
    { numRuns: 1_500 },
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
