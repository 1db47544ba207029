/** One command operator as written: `%REQ(X?Y):10%` has the name `REQ` and the parameter `X?Y`. */
export interface FormatOperator {
  readonly name: string;
  /** What stands between the parentheses; empty without. */
  readonly parameter: string;
  /** Bytes of the value that are kept; `undefined` for all of them. */
  readonly maxLength: number | undefined;
}

/** Literal text or an operator. Literals are byte strings (one character per byte of UTF-8). */
export type FormatPiece = string | FormatOperator;

/** A value in a JSON format. */
export type JsonFormatNode =
  /** Printed as it is. */
  | { readonly kind: 'literal'; readonly json: string }
  /** One operator alone, which keeps its type. */
  | { readonly kind: 'operator'; readonly operator: FormatOperator }
  /** Text and operators, printed as one string. */
  | { readonly kind: 'text'; readonly pieces: readonly FormatPiece[] }
  | { readonly kind: 'object'; readonly members: readonly JsonFormatMember[] }
  | { readonly kind: 'array'; readonly items: readonly JsonFormatNode[] };

/**
 * A member of an object; objects have theirs in the order of the names' bytes, as Envoy prints
 * them.
 */
export interface JsonFormatMember {
  /** Escaped and in quotes, as it is printed. */
  readonly key: string;
  readonly value: JsonFormatNode;
}

/** A format as one line of text; it ends with a line end only if it says so. */
export interface TextFormat {
  readonly kind: 'text';
  readonly pieces: readonly FormatPiece[];
  /** Absent values are printed as nothing instead of `-`. */
  readonly omitEmptyValues: boolean;
}

/** A format as one JSON document on a line of its own. */
export interface JsonFormat {
  readonly kind: 'json';
  readonly root: JsonFormatNode;
  /** Members without a value are left out instead of printed as null. */
  readonly omitEmptyValues: boolean;
}

/** A substitution format, checked and ready to be instantiated in any thread; plain data. */
export type CompiledFormat = TextFormat | JsonFormat;
