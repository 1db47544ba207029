/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** Members come in the order in which they were put in, which is the order of Envoy's pages. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** From this depth on a value is printed in one piece. */
const PIECE_DEPTH = 3;

/**
 * JSON as Envoy's pages print it: one space a level, `<`, `>` and DEL escaped as protobuf's printer
 * does, and a newline at the end.
 */
export function prettyJson(value: JsonValue): string {
  return `${escapeForMarkup(JSON.stringify(value, undefined, 1))}\n`;
}

/** The same in pieces: for large dumps, of which the elements lie a few levels deep. */
export function* jsonPieces(value: JsonValue): Generator<string, void, void> {
  yield* piecesAt(value, 0);
  yield '\n';
}

function* piecesAt(value: JsonValue, depth: number): Generator<string, void, void> {
  const isContainer = typeof value === 'object' && value !== null;
  if (!isContainer || depth >= PIECE_DEPTH || Object.keys(value).length === 0) {
    const text = escapeForMarkup(JSON.stringify(value, undefined, 1));
    yield depth === 0 ? text : text.replaceAll('\n', `\n${' '.repeat(depth)}`);
    return;
  }
  const isList = Array.isArray(value);
  const indentation = ' '.repeat(depth + 1);
  let separator = isList ? '[\n' : '{\n';
  for (const [key, member] of Object.entries(value)) {
    yield `${separator}${indentation}${isList ? '' : `${JSON.stringify(key)}: `}`;
    yield* piecesAt(member as JsonValue, depth + 1);
    separator = ',\n';
  }
  yield `\n${' '.repeat(depth)}${isList ? ']' : '}'}`;
}

function escapeForMarkup(text: string): string {
  return text.replace(
    /[<>\u007f\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
