import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { fieldDefect, HeaderField } from '#http/h2/hpack/header-field.ts';
import { staticEntries } from '#http/h2/hpack/static-entries.ts';

/** The fields of the static table (RFC 7541 appendix A) by index less one. */
export const staticFields: readonly HeaderField[] = staticEntries.map(([text, value]) => {
  const name = fieldNameOf(text);
  return new HeaderField(name, value, false, fieldDefect(name, value, false));
});
