/** One command operator with its arguments as compiled: `%REQ(X?Y):10%`. Plain data. */
export interface FormatOperator {
  /** `REQ`, `RESPONSE_CODE`, … */
  readonly name: string;
  /** What stands between the parentheses, cut up as the operator wants it. */
  readonly arguments: readonly string[];
  /** Bytes of the value that are kept; `undefined` for all of them. */
  readonly maxLength: number | undefined;
}

/** Literal text or an operator. Literals are byte strings (one character per byte of UTF-8). */
export type FormatPiece = string | FormatOperator;

/** A value in a JSON format: what is to be printed, not yet what it is worth. */
export type JsonFormatNode =
  | { readonly kind: 'literal'; readonly json: string }
  | { readonly kind: 'text'; readonly pieces: readonly FormatPiece[] }
  | { readonly kind: 'object'; readonly members: readonly JsonFormatMember[] }
  | { readonly kind: 'array'; readonly items: readonly JsonFormatNode[] };

export interface JsonFormatMember {
  /** Escaped and in quotes, as it is printed. */
  readonly key: string;
  readonly value: JsonFormatNode;
}

/** A substitution format, checked and ready to be instantiated in any thread; plain data. */
export type CompiledFormat =
  | {
      readonly kind: 'text';
      readonly pieces: readonly FormatPiece[];
      /** Absent values are printed as nothing instead of `-`. */
      readonly omitEmptyValues: boolean;
    }
  | {
      readonly kind: 'json';
      readonly root: JsonFormatNode;
      /** Members without a value are left out instead of printed as null. */
      readonly omitEmptyValues: boolean;
    };
