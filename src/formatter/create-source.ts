import { err, ok, type Result } from '#base/result.ts';
import type { FormatOperator } from '#formatter/compiled-format.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { jsonText } from '#formatter/json-text.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { operators } from '#formatter/operators.ts';
import type { ValueSource } from '#formatter/value-source.ts';
import { formatAddress } from '#network/address.ts';

/** The source of an operator's value; the error says, in words for a user, why there is none. */
export function createSource(
  operator: FormatOperator,
  environment: FormatterEnvironment,
): Result<ValueSource, string> {
  const { name, parameter, maxLength } = operator;
  const definition = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (definition === undefined) return err(`${name} is not an operator`);
  if (definition.parameter === 'none' && (parameter !== '' || maxLength !== undefined)) {
    return err(`${name} does not take any parameters or length`);
  }
  if (definition.parameter === 'required' && parameter === '') {
    return err(`${name} requires parameters`);
  }
  if (maxLength !== undefined && !definition.takesLength) {
    return err(`${name} does not allow length to be specified`);
  }
  const source = definition.create(parameter, environment, (other) =>
    createSource(other, environment),
  );
  if (!source.ok) return err(`${name}: ${source.error}`);
  return maxLength === undefined ? source : ok(truncated(source.value, maxLength));
}

/** Numbers and addresses have operators that take no length. */
function truncated(source: ValueSource, maxLength: number): ValueSource {
  switch (source.type) {
    case 'number':
    case 'address':
      return source;
    case 'json':
      return { ...source, maxLength };
    default:
      return {
        type: source.type,
        read: (context) => source.read(context)?.slice(0, maxLength),
      };
  }
}

/** A source as text, for formats that are not JSON or mix texts with operators. */
export function textReader(source: ValueSource): (context: FormatterContext) => string | undefined {
  switch (source.type) {
    case 'number':
      return (context) => {
        const value = source.read(context);
        return value === undefined ? undefined : `${value}`;
      };
    case 'address':
      return (context) => {
        const address = source.read(context);
        return address === undefined ? undefined : formatAddress(address);
      };
    case 'json':
      return (context) => {
        const value = source.read(context);
        if (value === undefined) return undefined;
        const text = typeof value === 'string' ? value : jsonText(value);
        return text.slice(0, source.maxLength);
      };
    default:
      return source.read;
  }
}
