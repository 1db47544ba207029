import { ruleOf, type ValueCheck } from '#config/rules/value-check.ts';

interface RangeRules<Bound> {
  readonly lt?: Bound | undefined;
  readonly lte?: Bound | undefined;
  readonly gt?: Bound | undefined;
  readonly gte?: Bound | undefined;
}

/**
 * Checks `lt`, `lte`, `gt` and `gte`. Where the lower bound lies above the upper one, the value must
 * be outside of what is between them. `toNumber` makes bounds and values comparable.
 */
export function rangeChecks<Bound>(
  rules: RangeRules<Bound>,
  toNumber: (value: Bound) => number | bigint,
  show: (value: Bound) => string,
): ValueCheck[] {
  const lower = ruleOf(rules, 'gte') ?? ruleOf(rules, 'gt');
  const upper = ruleOf(rules, 'lte') ?? ruleOf(rules, 'lt');
  if (lower === undefined && upper === undefined) return [];
  const lowerOpen = ruleOf(rules, 'gte') === undefined;
  const upperOpen = ruleOf(rules, 'lte') === undefined;
  const least = lower === undefined ? undefined : toNumber(lower);
  const most = upper === undefined ? undefined : toNumber(upper);
  const isAbove = (value: number | bigint): boolean =>
    least === undefined || (lowerOpen ? value > least : value >= least);
  const isBelow = (value: number | bigint): boolean =>
    most === undefined || (upperOpen ? value < most : value <= most);

  if (least !== undefined && most !== undefined) {
    const reversed = least > most;
    // Reversed, the interval that is excluded is open where the bounds themselves are allowed.
    const range = reversed
      ? `${upperOpen ? '[' : '('}${show(upper as Bound)}, ${show(lower as Bound)}${lowerOpen ? ']' : ')'}`
      : `${lowerOpen ? '(' : '['}${show(lower as Bound)}, ${show(upper as Bound)}${upperOpen ? ')' : ']'}`;
    const reason = `value must be ${reversed ? 'outside' : 'inside'} range ${range}`;
    return [
      (value) => {
        const number = toNumber(value as Bound);
        const above = isAbove(number);
        const below = isBelow(number);
        return (reversed ? above || below : above && below) ? undefined : reason;
      },
    ];
  }
  const bound = show((lower ?? upper) as Bound);
  const side = lower === undefined ? 'less than' : 'greater than';
  const open = lower === undefined ? upperOpen : lowerOpen;
  const reason = `value must be ${side}${open ? '' : ' or equal to'} ${bound}`;
  return [
    (value) => {
      const number = toNumber(value as Bound);
      return isAbove(number) && isBelow(number) ? undefined : reason;
    },
  ];
}
