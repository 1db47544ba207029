import { ownCopy } from '#base/latin1.ts';
import { type FieldName, knownFieldNames } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { type HeaderId, knownHeaderNames } from '#http/known-headers.ts';

/** By id: what was made last. */
const lastFields: (HeaderField | undefined)[] = knownHeaderNames.map(() => undefined);

/**
 * A field that the proxy adds with the same value to many messages in a row: one object as long as
 * the value stays the same, so that the encoders know it again.
 */
export function recurringField(id: HeaderId, value: string): HeaderField {
  const last = lastFields[id];
  if (last !== undefined && last.value === value) return last;
  const field = new HeaderField(knownFieldNames[id] as FieldName, ownCopy(value));
  lastFields[id] = field;
  return field;
}
