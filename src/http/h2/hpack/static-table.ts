import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { staticEntries } from '#http/h2/hpack/static-entries.ts';

/** The fields of the static table (RFC 7541 appendix A) by index less one. */
export const staticFields: readonly HeaderField[] = staticEntries.map(
  ([name, value]) => new HeaderField(fieldNameOf(name), value, false, false),
);
