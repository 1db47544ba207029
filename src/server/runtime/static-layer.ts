import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { RuntimeValue } from '#base/runtime.ts';
import type { ParseContext } from '#config/parse-context.ts';
import {
  fractionValueOf,
  numberForms,
  runtimeValueOf,
} from '#server/runtime/parse-runtime-value.ts';

/**
 * The values of a `static_layer` by their full keys: `{a: {b: 1}}` and `{"a.b": 1}` say the same.
 * What cannot be a value is reported in Envoy's words.
 */
export function staticLayerValues(
  layer: JsonObject,
  context: ParseContext,
): Map<string, RuntimeValue> {
  const values = new Map<string, RuntimeValue>();
  addFields(layer, '', values, context);
  return values;
}

function addFields(
  object: JsonObject,
  prefix: string,
  values: Map<string, RuntimeValue>,
  context: ParseContext,
): void {
  for (const [name, value] of Object.entries(object)) {
    addValue(value, prefix + name, values, context.at(name));
  }
}

function addValue(
  value: JsonValue,
  key: string,
  values: Map<string, RuntimeValue>,
  context: ParseContext,
): void {
  if (value === null || Array.isArray(value)) {
    context.error(`Invalid runtime entry value for ${key}`, { value: JSON.stringify(value) });
    return;
  }
  switch (typeof value) {
    case 'string':
      values.set(key, runtimeValueOf(value));
      return;
    case 'number':
      values.set(key, { text: String(value), ...numberForms(value) });
      return;
    case 'boolean':
      values.set(key, { text: String(value), boolean: value });
      return;
    default:
      if (isFraction(value)) values.set(key, fractionValueOf(value));
      else addFields(value, `${key}.`, values, context);
  }
}

function isFraction(object: JsonObject): boolean {
  return 'numerator' in object || 'denominator' in object;
}
