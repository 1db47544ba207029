import fc from 'fast-check';
import t from 'tap';
import { byteStringOf } from '#matching/byte-string.ts';
import { compilePattern } from '#matching/parse-regex.ts';
import { BoundedBacktracker } from '#matching/re2/bounded-backtracker.ts';
import { ThreadedSearch } from '#matching/re2/threaded-search.ts';
import { patterns, texts } from '../../tools/re2-patterns.ts';

t.test('both ways to search find the same captures', async () => {
  fc.assert(
    fc.property(patterns, texts, fc.nat(3), (pattern, text, from) => {
      const compiled = compilePattern(pattern, true);
      if (!compiled.ok) return true;
      const { program } = compiled.value;
      const value = byteStringOf(text);
      const one = new Int32Array(2 * (program.groupCount + 1));
      const other = new Int32Array(one.length);
      const start = Math.min(from, value.length);
      const isFound = new BoundedBacktracker(program, one).find(value, start, false);
      if (isFound !== new ThreadedSearch(program, other).find(value, start)) return false;
      return !isFound || one.join() === other.join();
    }),
    { numRuns: 600 },
  );
});
