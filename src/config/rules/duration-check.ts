import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import { rangeChecks } from '#config/rules/range-check.ts';
import { ruleOf, type ValueCheck } from '#config/rules/value-check.ts';
import type { DurationRules, TimestampRules } from '#gen/validate/validate_pb.d.ts';

type Moment = Pick<Duration, 'seconds' | 'nanos'>;

function toNanoseconds(value: Moment): bigint {
  return value.seconds * 1_000_000_000n + BigInt(value.nanos);
}

function showDuration(value: Moment): string {
  const decimals = value.nanos === 0 ? '' : String(value.nanos / 1e9).replace(/^-?0/, '');
  return `${value.seconds}${decimals}s`;
}

/** The checks of `duration` rules; whether the field must be set is checked with the field. */
export function durationChecks(rules: DurationRules): ValueCheck[] {
  const checks = rangeChecks<Moment>(rules, toNanoseconds, showDuration);
  const constant = ruleOf(rules, 'const');
  const one = (list: readonly Moment[], value: unknown): boolean =>
    list.some((item) => toNanoseconds(item) === toNanoseconds(value as Moment));
  if (constant !== undefined) {
    const reason = `value must equal ${showDuration(constant)}`;
    checks.push((value) => (one([constant], value) ? undefined : reason));
  }
  const list = (moments: readonly Moment[]): string => `[${moments.map(showDuration).join(', ')}]`;
  if (rules.in.length > 0) {
    const reason = `value must be in list ${list(rules.in)}`;
    checks.push((value) => (one(rules.in, value) ? undefined : reason));
  }
  if (rules.notIn.length > 0) {
    const reason = `value must not be in list ${list(rules.notIn)}`;
    checks.push((value) => (one(rules.notIn, value) ? reason : undefined));
  }
  return checks;
}

/** The checks of `timestamp` rules that do not depend on the present, which no configuration uses. */
export function timestampChecks(rules: TimestampRules): ValueCheck[] {
  return rangeChecks<Timestamp>(rules, toNanoseconds, (value) => `${value.seconds}s`);
}
