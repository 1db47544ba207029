import { err, ok, type Result } from '#base/result.ts';
import type { FormatOperator } from '#formatter/compiled-format.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import type { OperatorTable } from '#formatter/operator-definition.ts';
import type { JsonValue, ValueSource } from '#formatter/value-source.ts';
import { formatAddress } from '#network/address.ts';

/**
 * `COALESCE({"operators": [...]})`: the first of several operators that has a value. An operator is
 * a name, or an object of `command`, `param` and `max_length`.
 */
export const coalesceOperators: OperatorTable = {
  COALESCE: {
    parameter: 'required',
    takesLength: true,
    create: (parameter, _environment, createOther) => {
      const operators = parseOperators(parameter);
      if (!operators.ok) return operators;
      const sources: ValueSource[] = [];
      for (const [index, operator] of operators.value.entries()) {
        const source = createOther(operator);
        if (!source.ok) return err(`operator ${index}: ${source.error}`);
        sources.push(source.value);
      }
      return ok({
        type: 'json',
        read: (context) => {
          for (const source of sources) {
            const value = valueOf(source, context);
            if (value !== undefined) return value;
          }
          return undefined;
        },
      });
    },
  },
};

function valueOf(source: ValueSource, context: FormatterContext): JsonValue | undefined {
  if (source.type !== 'address') return source.read(context);
  const address = source.read(context);
  return address && formatAddress(address);
}

function parseOperators(json: string): Result<readonly FormatOperator[], string> {
  const config = parseJson(json);
  if (!config.ok) return config;
  const list = isRecord(config.value) ? config.value['operators'] : undefined;
  if (!Array.isArray(list) || list.length === 0) {
    return err("the 'operators' array must be there and not empty");
  }
  const operators: FormatOperator[] = [];
  for (const [index, item] of list.entries()) {
    const operator = parseOperator(item);
    if (operator === undefined) {
      return err(`operator ${index} must be a name or have a command, a param, a max_length`);
    }
    operators.push(operator);
  }
  return ok(operators);
}

function parseOperator(item: unknown): FormatOperator | undefined {
  if (typeof item === 'string') return { name: item, parameter: '', maxLength: undefined };
  if (!isRecord(item)) return undefined;
  const { command: name, param: parameter = '', max_length: maxLength } = item;
  if (typeof name !== 'string' || typeof parameter !== 'string') return undefined;
  if (maxLength === undefined) return { name, parameter, maxLength };
  if (typeof maxLength !== 'number' || !Number.isInteger(maxLength) || maxLength < 0) {
    return undefined;
  }
  return { name, parameter, maxLength };
}

function parseJson(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return err(`failed to parse JSON configuration: ${(error as Error).message}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
