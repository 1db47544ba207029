/**
 * How Proa treats a field that Envoy knows:
 * - 'supported': it does what it does in Envoy;
 * - 'opaque': supported, and whatever it contains is fine (metadata);
 * - `values`: supported with these enum values only;
 * - `warned`: it is ignored and reported once, because ignoring it cannot change what traffic sees.
 *
 * A field that is not named is refused.
 */
export type FieldSupport =
  | 'supported'
  | 'opaque'
  | { readonly values: readonly string[] }
  | { readonly warned: string };

/** The fields of one message, by their names in the proto file. */
export type MessageSupport = Readonly<Record<string, FieldSupport>>;

/** Messages by their full names. */
export type SupportTable = Readonly<Record<string, MessageSupport>>;

/** Shortens tables: every named field is supported. */
export function supported<const Name extends string>(
  ...names: readonly Name[]
): Record<Name, FieldSupport> {
  return Object.fromEntries(names.map((name) => [name, 'supported'])) as Record<Name, FieldSupport>;
}
