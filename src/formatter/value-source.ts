import type { FormatterContext } from '#formatter/formatter-context.ts';
import type { Address } from '#network/address.ts';

/** A value as JSON has it, of configuration metadata for instance. Texts are byte strings. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * Where an operator's value comes from; `undefined` is "absent". The type says how the value is
 * printed in JSON: `plain` is text that never holds anything to be escaped.
 */
export type ValueSource =
  | { readonly type: 'text'; readonly read: (context: FormatterContext) => string | undefined }
  | { readonly type: 'plain'; readonly read: (context: FormatterContext) => string | undefined }
  | { readonly type: 'address'; readonly read: (context: FormatterContext) => Address | undefined }
  | { readonly type: 'number'; readonly read: (context: FormatterContext) => number | undefined }
  | {
      readonly type: 'json';
      readonly read: (context: FormatterContext) => JsonValue | undefined;
      /** Bytes of the value as text that are kept; in JSON only texts are cut. */
      readonly maxLength?: number;
    };

/** Any text, as a byte string; it is escaped in JSON. */
export function textSource(read: (context: FormatterContext) => string | undefined): ValueSource {
  return { type: 'text', read };
}

/** Text that needs no escaping in JSON, whatever the stream. */
export function plainSource(read: (context: FormatterContext) => string | undefined): ValueSource {
  return { type: 'plain', read };
}

/** A number, which is one in JSON too; the reader sees to its unit. */
export function numberSource(read: (context: FormatterContext) => number | undefined): ValueSource {
  return { type: 'number', read };
}
