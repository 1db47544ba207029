import { err, ok, type Result } from '#base/result.ts';
import { compilePieces } from '#formatter/compile-format.ts';
import type { JsonFormat, JsonFormatMember, JsonFormatNode } from '#formatter/compiled-format.ts';
import { escapeJson, jsonNumber } from '#formatter/json-text.ts';
import { byteStringOf } from '#matching/byte-string.ts';

/** Something wrong with a JSON format, and the keys and indexes that lead to it. */
export interface JsonFormatError {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/** A `google.protobuf.Struct` as plain values, texts in UTF-16. */
export type FormatStruct = { readonly [key: string]: unknown };

/**
 * Checks a JSON format and makes it ready for the workers. Members are printed in the order of
 * their names' bytes. The error is everything that is wrong.
 */
export function compileJsonFormat(
  struct: FormatStruct,
  omitEmptyValues: boolean,
): Result<JsonFormat, readonly JsonFormatError[]> {
  const errors: JsonFormatError[] = [];
  const root = compileObject(struct, [], errors);
  return errors.length > 0 ? err(errors) : ok({ kind: 'json', root, omitEmptyValues });
}

function compileNode(
  value: unknown,
  path: readonly (string | number)[],
  errors: JsonFormatError[],
): JsonFormatNode {
  if (typeof value === 'string') return compileText(byteStringOf(value), path, errors);
  if (typeof value === 'number') return { kind: 'literal', json: jsonNumber(value) };
  if (typeof value !== 'object' || value === null) {
    return { kind: 'literal', json: value === true ? 'true' : value === false ? 'false' : 'null' };
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileNode(item, [...path, index], errors));
    return { kind: 'array', items };
  }
  return compileObject(value as FormatStruct, path, errors);
}

function compileObject(
  struct: FormatStruct,
  path: readonly (string | number)[],
  errors: JsonFormatError[],
): JsonFormatNode {
  const members = Object.entries(struct).map(([name, value]) => ({
    name: byteStringOf(name),
    value: compileNode(value, [...path, name], errors),
  }));
  members.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    kind: 'object',
    members: members.map(({ name, value }): JsonFormatMember => {
      return { key: `"${escapeJson(name)}"`, value };
    }),
  };
}

/** One operator alone keeps its type; anything else is text. */
function compileText(
  text: string,
  path: readonly (string | number)[],
  errors: JsonFormatError[],
): JsonFormatNode {
  const pieces = compilePieces(text);
  if (!pieces.ok) {
    errors.push(...pieces.error.map((reason) => ({ path, reason })));
    return { kind: 'literal', json: 'null' };
  }
  const [first, ...rest] = pieces.value;
  if (first === undefined) return { kind: 'literal', json: '""' };
  if (rest.length > 0) return { kind: 'text', pieces: pieces.value };
  return typeof first === 'string'
    ? { kind: 'literal', json: `"${escapeJson(first)}"` }
    : { kind: 'operator', operator: first };
}
