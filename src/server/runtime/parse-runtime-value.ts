import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { parseDocument } from 'yaml';
import type { RuntimeValue } from '#base/runtime.ts';
import type { FractionalPercent } from '#base/runtime-snapshot.ts';

const denominators: Readonly<Record<string, FractionalPercent['denominator']>> = {
  HUNDRED: 100,
  TEN_THOUSAND: 10_000,
  MILLION: 1_000_000,
};

/** Reads a value that is text: a truth value, a number, a fraction in YAML, or just text. */
export function runtimeValueOf(text: string): RuntimeValue {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return { text, boolean: trimmed === 'true' };
  if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(trimmed)) {
    return { text, ...numberForms(Number(trimmed)) };
  }
  const fraction = parseFractionText(trimmed);
  return fraction === undefined ? { text } : { text, fraction };
}

/** Reads an object that has the fields of `FractionalPercent`; its text is JSON. */
export function fractionValueOf(object: JsonObject): RuntimeValue {
  const fraction = fractionOf(object['numerator'], object['denominator']);
  const text = JSON.stringify(object);
  return fraction === undefined ? { text } : { text, fraction };
}

/** A number as the two forms in which it is asked for. */
export function numberForms(value: number): Pick<RuntimeValue, 'integer' | 'number'> {
  return Number.isInteger(value) && value >= 0
    ? { integer: value, number: value }
    : { number: value };
}

/** `numerator: 5` and `denominator: TEN_THOUSAND` in YAML, which is JSON as well. */
function parseFractionText(text: string): FractionalPercent | undefined {
  if (!/numerator|denominator/.test(text)) return undefined;
  const value = parseDocument(text, { logLevel: 'silent' }).toJS() as JsonValue | undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return fractionOf(value['numerator'], value['denominator']);
}

function fractionOf(
  numerator: JsonValue | undefined = 0,
  denominator: JsonValue | undefined = 'HUNDRED',
): FractionalPercent | undefined {
  const known = typeof denominator === 'string' ? denominators[denominator] : undefined;
  if (typeof numerator !== 'number' || !Number.isInteger(numerator) || numerator < 0) {
    return undefined;
  }
  return known === undefined ? undefined : { numerator, denominator: known };
}
