import fc from 'fast-check';
import t from 'tap';
import { rangeChecks } from '#config/rules/range-check.ts';
import { firstOf } from '#config/rules/value-check.ts';

interface Bounds {
  readonly lt?: number;
  readonly lte?: number;
  readonly gt?: number;
  readonly gte?: number;
}

function verdict(rules: Bounds, value: number): string | undefined {
  return firstOf(rangeChecks<number>(rules, (one) => one, String))(value);
}

const cases: readonly (readonly [
  Bounds,
  good: readonly number[],
  bad: readonly number[],
  string,
])[] = [
  [{ gt: 0 }, [1], [0, -1], 'value must be greater than 0'],
  [{ gte: 0 }, [0, 1], [-1], 'value must be greater than or equal to 0'],
  [{ lt: 5 }, [4], [5, 6], 'value must be less than 5'],
  [{ lte: 5 }, [5, 4], [6], 'value must be less than or equal to 5'],
  [{ gte: 1, lte: 5 }, [1, 5], [0, 6], 'value must be inside range [1, 5]'],
  [{ gt: 1, lt: 5 }, [2, 4], [1, 5], 'value must be inside range (1, 5)'],
  [{ gte: 5, lt: 1 }, [5, 0, -3], [1, 4], 'value must be outside range [1, 5)'],
  [{ gt: 5, lte: 1 }, [6, 1], [2, 5], 'value must be outside range (1, 5]'],
];

for (const [rules, good, bad, reason] of cases) {
  t.test(JSON.stringify(rules), (t) => {
    for (const value of good) t.equal(verdict(rules, value), undefined, String(value));
    for (const value of bad) t.equal(verdict(rules, value), reason, String(value));
    t.end();
  });
}

t.test('no rule, no check', (t) => {
  t.same(
    rangeChecks<number>({}, (one) => one, String),
    [],
  );
  t.end();
});

t.test('a closed range holds exactly what is not below and not above it', (t) => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer(), (one, other, value) => {
      const [gte, lte] = [Math.min(one, other), Math.max(one, other)];
      const isInside = value >= gte && value <= lte;
      t.equal(verdict({ gte, lte }, value) === undefined, isInside);
    }),
    { numRuns: 100 },
  );
  t.end();
});
