import type { FieldDefect } from '#http/h2/hpack/field-defect.ts';
import type { FieldName } from '#http/h2/hpack/field-name.ts';
import type { PseudoHeader } from '#http/h2/hpack/pseudo-header.ts';
import { type HeaderId, HeaderName } from '#http/known-headers.ts';

/** What a field counts beyond its octets, in tables and in lists (RFC 7541 section 4.1). */
export const FIELD_OVERHEAD = 32;

/**
 * A field as the tables hold it. It is checked when it is made and shared by every list that refers
 * to it, so that a reference costs neither memory nor a second look.
 */
export class HeaderField {
  /** In lower case, unless `defect` says otherwise. */
  readonly name: string;
  /** One character per octet. */
  readonly value: string;
  readonly id: HeaderId;
  readonly pseudo: PseudoHeader;
  /** Octets of name and value plus 32. */
  readonly size: number;
  readonly defect: FieldDefect | undefined;
  readonly fieldName: FieldName;

  /** `hasIllegalOctet`: whether the value has an octet that no field value may have. */
  constructor(fieldName: FieldName, value: string, hasIllegalOctet: boolean) {
    this.name = fieldName.text;
    this.value = value;
    this.id = fieldName.id;
    this.pseudo = fieldName.pseudo;
    this.size = fieldName.text.length + value.length + FIELD_OVERHEAD;
    this.defect = fieldName.defect ?? valueDefect(fieldName.id, value, hasIllegalOctet);
    this.fieldName = fieldName;
  }
}

function valueDefect(
  id: HeaderId,
  value: string,
  hasIllegalOctet: boolean,
): FieldDefect | undefined {
  if (hasIllegalOctet) return 'illegalValue';
  if (value.length === 0) return undefined;
  if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1))) {
    return 'illegalValue';
  }
  return id === HeaderName.te && value !== 'trailers' ? 'connectionSpecific' : undefined;
}

function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}
