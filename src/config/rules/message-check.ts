import { type DescField, type DescMessage, getOption, hasOption } from '@bufbuild/protobuf';
import type { GenExtension } from '@bufbuild/protobuf/codegenv2';
import type { FieldOptions, MessageOptions, OneofOptions } from '@bufbuild/protobuf/wkt';
import { descriptors } from '#config/descriptors.ts';
import { valueCheckOf } from '#config/rules/field-check.ts';
import { ruleOf, type ValueCheck } from '#config/rules/value-check.ts';
import type { FieldRules, MapRules, RepeatedRules } from '#gen/validate/validate_pb.d.ts';

/** Takes what is wrong with a field; `field` is its path within the message, '' the message itself. */
export type RuleReport = (field: string, reason: string, value?: unknown) => void;

type MessageCheck = (fields: Record<string, unknown>, report: RuleReport) => void;

const compiled = new WeakMap<DescMessage, MessageCheck | null>();

/**
 * Checks a message against the protoc-gen-validate rules of its type, not those of the messages in
 * it. The rules are compiled when a type is first met.
 */
export function checkMessageRules(
  type: DescMessage,
  fields: Record<string, unknown>,
  report: RuleReport,
): void {
  let check = compiled.get(type);
  if (check === undefined) {
    check = compile(type);
    compiled.set(type, check);
  }
  check?.(fields, report);
}

function extension<Options extends FieldOptions | MessageOptions | OneofOptions, Value>(
  name: string,
): GenExtension<Options, Value> {
  const found = descriptors().getExtension(name);
  if (found === undefined) throw new Error(`the descriptor set lacks ${name}`);
  return found as GenExtension<Options, Value>;
}

function compile(type: DescMessage): MessageCheck | null {
  const disabled = extension<MessageOptions, boolean>('validate.disabled');
  if (hasOption(type, disabled) && getOption(type, disabled)) return null;
  const checks: MessageCheck[] = [];
  const rulesOption = extension<FieldOptions, FieldRules>('validate.rules');
  for (const field of type.fields) {
    if (!hasOption(field, rulesOption)) continue;
    const check = fieldCheck(field, getOption(field, rulesOption));
    if (check !== undefined) checks.push(check);
  }
  const required = extension<OneofOptions, boolean>('validate.required');
  for (const oneof of type.oneofs) {
    if (!hasOption(oneof, required) || !getOption(oneof, required)) continue;
    const names = oneof.fields.filter((field) => !field.deprecated).map((field) => field.name);
    const reason =
      names.length === 1 ? `${names[0]} must be set` : `one of ${names.join(', ')} must be set`;
    checks.push((fields, report) => {
      const member = fields[oneof.localName] as { case?: string };
      if (member.case === undefined) report('', reason);
    });
  }
  if (checks.length === 0) return null;
  return (fields, report) => {
    for (const check of checks) check(fields, report);
  };
}

function fieldCheck(field: DescField, rules: FieldRules): MessageCheck | undefined {
  if (field.fieldKind === 'list') {
    return rules.type.case === 'repeated' ? listCheck(field, rules.type.value) : undefined;
  }
  if (field.fieldKind === 'map') {
    return rules.type.case === 'map' ? mapCheck(field, rules.type.value) : undefined;
  }
  const isRequired = rules.message?.required === true || isRequiredByType(rules);
  const check = valueCheckOf(rules, field.enum);
  if (check === undefined && !isRequired) return undefined;
  return (fields, report) => {
    const value = singularValue(field, fields);
    if (value !== undefined) {
      const reason = check?.(value);
      if (reason !== undefined) report(field.name, reason, value);
    } else if (isRequired && field.oneof === undefined) {
      report(field.name, 'value is required');
    }
  };
}

function isRequiredByType({ type }: FieldRules): boolean {
  const isMoment = type.case === 'duration' || type.case === 'timestamp' || type.case === 'any';
  return isMoment && type.value.required;
}

function singularValue(field: DescField, fields: Record<string, unknown>): unknown {
  if (field.oneof === undefined) return fields[field.localName];
  const member = fields[field.oneof.localName] as { case?: string; value?: unknown };
  return member.case === field.localName ? member.value : undefined;
}

function listCheck(field: DescField & { fieldKind: 'list' }, rules: RepeatedRules): MessageCheck {
  const check = valueCheckOf(rules.items, field.enum);
  const countReason = countCheck(ruleOf(rules, 'minItems'), ruleOf(rules, 'maxItems'), 'item(s)');
  return (fields, report) => {
    const items = fields[field.localName] as readonly unknown[];
    if (rules.ignoreEmpty && items.length === 0) return;
    const reason = countReason(items.length);
    if (reason !== undefined) report(field.name, reason);
    if (rules.unique) reportDuplicates(field.name, items, report);
    if (check !== undefined) reportItems(field.name, items, check, report);
  };
}

function reportItems(
  name: string,
  items: readonly unknown[],
  check: ValueCheck,
  report: RuleReport,
): void {
  for (const [index, item] of items.entries()) {
    const reason = check(item);
    if (reason !== undefined) report(`${name}[${index}]`, reason, item);
  }
}

function reportDuplicates(name: string, items: readonly unknown[], report: RuleReport): void {
  const seen = new Set<unknown>();
  for (const [index, item] of items.entries()) {
    if (seen.has(item))
      report(`${name}[${index}]`, 'repeated value must contain unique items', item);
    seen.add(item);
  }
}

function mapCheck(field: DescField & { fieldKind: 'map' }, rules: MapRules): MessageCheck {
  const keyCheck = valueCheckOf(rules.keys, undefined);
  const itemCheck = valueCheckOf(rules.values, field.enum);
  const countReason = countCheck(ruleOf(rules, 'minPairs'), ruleOf(rules, 'maxPairs'), 'pair(s)');
  return (fields, report) => {
    const entries = Object.entries(fields[field.localName] as object);
    if (rules.ignoreEmpty && entries.length === 0) return;
    const reason = countReason(entries.length);
    if (reason !== undefined) report(field.name, reason);
    for (const [key, item] of entries) {
      const keyReason = keyCheck?.(key);
      if (keyReason !== undefined) report(`${field.name}.${key}`, `key: ${keyReason}`, key);
      const itemReason = itemCheck?.(item);
      if (itemReason !== undefined) report(`${field.name}.${key}`, itemReason, item);
    }
  };
}

function countCheck(
  least: bigint | undefined,
  most: bigint | undefined,
  what: string,
): (count: number) => string | undefined {
  return (count) => {
    if (least !== undefined && count < least) return `value must contain at least ${least} ${what}`;
    if (most !== undefined && count > most) {
      return `value must contain no more than ${most} ${what}`;
    }
    return undefined;
  };
}
