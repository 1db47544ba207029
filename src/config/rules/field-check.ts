import type { DescEnum } from '@bufbuild/protobuf';
import { durationChecks, timestampChecks } from '#config/rules/duration-check.ts';
import { rangeChecks } from '#config/rules/range-check.ts';
import { stringChecks } from '#config/rules/string-check.ts';
import { firstOf, membershipChecks, ruleOf, type ValueCheck } from '#config/rules/value-check.ts';
import type { AnyRules, BytesRules, EnumRules, FieldRules } from '#gen/validate/validate_pb.d.ts';

/** Compiles the rules of one value: a singular field, or an item of a list or map. */
export function valueCheckOf(
  rules: FieldRules | undefined,
  enumType: DescEnum | undefined,
): ValueCheck | undefined {
  const checks = rules === undefined ? [] : checksOf(rules.type, enumType);
  return checks.length === 0 ? undefined : firstOf(checks);
}

function checksOf(type: FieldRules['type'], enumType: DescEnum | undefined): ValueCheck[] {
  switch (type.case) {
    case undefined:
    case 'repeated':
    case 'map':
      return [];
    case 'string':
      return stringChecks(type.value);
    case 'bytes':
      return bytesChecks(type.value);
    case 'bool': {
      const constant = ruleOf(type.value, 'const');
      if (constant === undefined) return [];
      return [(value) => (value === constant ? undefined : `value must equal ${constant}`)];
    }
    case 'enum':
      return enumChecks(type.value, enumType);
    case 'duration':
      return durationChecks(type.value);
    case 'timestamp':
      return timestampChecks(type.value);
    case 'any':
      return anyChecks(type.value);
    default:
      return numberChecks(type.value as NumberRules);
  }
}

interface NumberRules {
  readonly const: number | bigint;
  readonly lt: number | bigint;
  readonly lte: number | bigint;
  readonly gt: number | bigint;
  readonly gte: number | bigint;
  readonly in: readonly (number | bigint)[];
  readonly notIn: readonly (number | bigint)[];
}

function numberChecks(rules: NumberRules): ValueCheck[] {
  return [
    ...membershipChecks(rules, String),
    ...rangeChecks<number | bigint>(rules, (value) => value, String),
  ];
}

function enumChecks(rules: EnumRules, enumType: DescEnum | undefined): ValueCheck[] {
  const show = (value: number): string => enumType?.value[value]?.name ?? String(value);
  const checks = membershipChecks(rules, show);
  if (rules.definedOnly) {
    checks.push((value) => {
      const isDefined = enumType?.value[value as number] !== undefined;
      return isDefined ? undefined : 'value must be one of the defined enum values';
    });
  }
  return checks;
}

function anyChecks(rules: AnyRules): ValueCheck[] {
  const checks = membershipChecks<string>(rules as never, (value) => value);
  return checks.map((check) => (value) => check((value as { typeUrl: string }).typeUrl));
}

function bytesChecks(rules: BytesRules): ValueCheck[] {
  const checks: ValueCheck[] = [];
  const add = (
    limit: bigint | undefined,
    isFine: (length: bigint, limit: bigint) => boolean,
    words: string,
  ): void => {
    if (limit === undefined) return;
    const reason = `value length must be ${words}${limit} bytes`;
    checks.push((value) =>
      isFine(BigInt((value as Uint8Array).length), limit) ? undefined : reason,
    );
  };
  add(ruleOf(rules, 'len'), (length, limit) => length === limit, '');
  add(ruleOf(rules, 'minLen'), (length, limit) => length >= limit, 'at least ');
  add(ruleOf(rules, 'maxLen'), (length, limit) => length <= limit, 'at most ');
  return checks.map((check) => (value) => {
    return rules.ignoreEmpty && (value as Uint8Array).length === 0 ? undefined : check(value);
  });
}
