import fc from 'fast-check';

const atoms = [
  ...'abckS./-é^$α😀',
  ...['\\d', '\\w', '\\s', '\\W', '\\b', '\\B', '\\A', '\\z', '\\pL', '\\PL', '\\p{Greek}'],
  ...['[ab]', '[^a]', '[^/]', '[a-cé]', '[^é]', '[[:alpha:]]', '\\Qa.\\E', '\\x61'],
  ...['(?i:k)', '(?i:é)', '(?s:.)', '(?i)s', '(?m:^)', '(?m:$)'],
];
const repetitions = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}', '**'];

/** Patterns of RE2's syntax, wrong ones among them. */
export const patterns: fc.Arbitrary<string> = fc.letrec<{ pattern: string }>((tie) => ({
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

/** Texts that the patterns often match. */
export const texts: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...'abckKsS/éÉα😀1_ \n.-ſ\u212a'), { maxLength: 8 })
  .map((characters) => characters.join(''));
