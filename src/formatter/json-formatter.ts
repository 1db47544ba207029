import type { JsonFormatNode } from '#formatter/compiled-format.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { escapeJson, jsonNumber, jsonText } from '#formatter/json-text.ts';
import { type Formatter, piecesFormatter, type SourceOf } from '#formatter/pieces-formatter.ts';
import type { ValueSource } from '#formatter/value-source.ts';
import { formatAddress } from '#network/address.ts';

/** A value as JSON; `undefined` is "absent". */
type Emit = (context: FormatterContext) => string | undefined;

/** One JSON object and a newline for each call. */
export function jsonFormatter(
  root: JsonFormatNode,
  omitsEmptyValues: boolean,
  sourceOf: SourceOf,
): Formatter {
  if (!omitsEmptyValues) return flatFormatter(root, sourceOf);
  const emit = omittingEmitter(root, sourceOf);
  return (context) => `${emit(context) ?? '{}'}\n`;
}

/** Everything that does not change is one text between two operators. */
function flatFormatter(root: JsonFormatNode, sourceOf: SourceOf): Formatter {
  const literals: string[] = [];
  const emits: Emit[] = [];
  let pending = '';
  const add = (node: JsonFormatNode): void => {
    switch (node.kind) {
      case 'literal':
        pending += node.json;
        return;
      case 'object':
        pending += '{';
        node.members.forEach(({ key, value }, index) => {
          pending += `${index === 0 ? '' : ','}${key}:`;
          add(value);
        });
        pending += '}';
        return;
      case 'array':
        pending += '[';
        node.items.forEach((item, index) => {
          if (index > 0) pending += ',';
          add(item);
        });
        pending += ']';
        return;
      default:
        literals.push(pending);
        pending = '';
        emits.push(
          node.kind === 'operator'
            ? emitterOf(sourceOf(node.operator))
            : stringEmitter(piecesFormatter(node.pieces, '-', sourceOf)),
        );
    }
  };
  add(root);
  const end = `${pending}\n`;
  return (context) => {
    let out = '';
    for (let index = 0; index < emits.length; index++) {
      out += (literals[index] as string) + ((emits[index] as Emit)(context) ?? 'null');
    }
    return out + end;
  };
}

/** As above, but absent values, nulls, and objects without a member are left out. */
function omittingEmitter(node: JsonFormatNode, sourceOf: SourceOf): Emit {
  switch (node.kind) {
    case 'literal': {
      const json = node.json === 'null' ? undefined : node.json;
      return () => json;
    }
    case 'operator':
      return emitterOf(sourceOf(node.operator));
    case 'text':
      return stringEmitter(piecesFormatter(node.pieces, '', sourceOf));
    case 'array': {
      const emits = node.items.map((item) => omittingEmitter(item, sourceOf));
      return (context) => `[${joinPresent(emits, context)}]`;
    }
    case 'object': {
      const emits = node.members.map(({ key, value }): Emit => {
        const emit = omittingEmitter(value, sourceOf);
        return (context) => {
          const json = emit(context);
          return json === undefined ? undefined : `${key}:${json}`;
        };
      });
      return (context) => {
        const members = joinPresent(emits, context);
        return members === '' ? undefined : `{${members}}`;
      };
    }
  }
}

function joinPresent(emits: readonly Emit[], context: FormatterContext): string {
  let out = '';
  for (const emit of emits) {
    const json = emit(context);
    if (json !== undefined) out += out === '' ? json : `,${json}`;
  }
  return out;
}

function stringEmitter(format: Formatter): Emit {
  return (context) => `"${escapeJson(format(context))}"`;
}

function emitterOf(source: ValueSource): Emit {
  switch (source.type) {
    case 'text':
      return (context) => {
        const value = source.read(context);
        return value === undefined ? undefined : `"${escapeJson(value)}"`;
      };
    case 'plain':
      return (context) => {
        const value = source.read(context);
        return value === undefined ? undefined : `"${value}"`;
      };
    case 'address':
      return (context) => {
        const address = source.read(context);
        if (address === undefined) return undefined;
        return address.kind === 'ip'
          ? `"${formatAddress(address)}"`
          : `"${escapeJson(formatAddress(address))}"`;
      };
    case 'number':
      return (context) => {
        const value = source.read(context);
        return value === undefined ? undefined : numberText(value);
      };
    case 'json':
      return (context) => {
        const value = source.read(context);
        if (value === undefined) return undefined;
        return jsonText(typeof value === 'string' ? value.slice(0, source.maxLength) : value);
      };
  }
}

/** Small whole numbers, which nearly all are, need no detour. */
function numberText(value: number): string {
  return Number.isSafeInteger(value) ? `${value}` : jsonNumber(value);
}
