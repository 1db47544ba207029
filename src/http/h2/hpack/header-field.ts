import { isValidAuthority } from '#http/authority.ts';
import { IS_TOKEN } from '#http/h1/octets.ts';
import type { FieldDefect } from '#http/h2/hpack/field-defect.ts';
import type { FieldName } from '#http/h2/hpack/field-name.ts';
import type { TableEntry } from '#http/h2/hpack/name-state.ts';
import {
  PSEUDO_AUTHORITY,
  PSEUDO_METHOD,
  PSEUDO_PATH,
  PSEUDO_PROTOCOL,
  PSEUDO_SCHEME,
} from '#http/h2/hpack/pseudo-header.ts';
import { HeaderName } from '#http/known-headers.ts';

/** What a field counts beyond its octets, in tables and in lists (RFC 7541 section 4.1). */
export const FIELD_OVERHEAD = 32;

const SCHEME = /^[a-z][a-z0-9+.-]*$/i;

/**
 * A field as the tables hold it. It is checked when it is made and shared by every message that
 * refers to it, so that a reference costs neither memory nor a second look: the object that one
 * connection's decoder has in its table goes through the header map to the encoder of another.
 */
export class HeaderField {
  readonly name: FieldName;
  /** One character per octet. */
  readonly value: string;
  /** No hop may put it into a table (RFC 7541 section 7.1.3). */
  readonly isNeverIndexed: boolean;
  readonly defect: FieldDefect | undefined;
  /** Where the encoder that wrote it last has it; most fields are written by the same one always. */
  entry: TableEntry | undefined = undefined;

  /** `defect`: see `fieldDefect`; what is made here and not received has none. */
  constructor(
    name: FieldName,
    value: string,
    isNeverIndexed = false,
    defect: FieldDefect | undefined = undefined,
  ) {
    this.name = name;
    this.value = value;
    this.isNeverIndexed = isNeverIndexed;
    this.defect = defect;
  }

  /** Octets of name and value. */
  get bytes(): number {
    return this.name.text.length + this.value.length;
  }

  /** What it counts in a table. */
  get size(): number {
    return this.bytes + FIELD_OVERHEAD;
  }
}

/**
 * What is wrong with a field that was received. `hasIllegalOctet`: whether its value has an octet
 * that none of this name may have.
 */
export function fieldDefect(
  name: FieldName,
  value: string,
  hasIllegalOctet: boolean,
): FieldDefect | undefined {
  return name.defect ?? (hasIllegalOctet ? 'illegalValue' : valueDefect(name, value));
}

function valueDefect(name: FieldName, value: string): FieldDefect | undefined {
  if (name.role === 'pseudo') {
    return isPseudoValue(name.pseudo, value) ? undefined : 'illegalValue';
  }
  if (value.length === 0) return undefined;
  if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1))) {
    return 'illegalValue';
  }
  return name.id === HeaderName.te && value !== 'trailers' ? 'connectionSpecific' : undefined;
}

function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}

/** Of those that say more than one thing, the messages themselves see to the rest. */
function isPseudoValue(pseudo: number, value: string): boolean {
  switch (pseudo) {
    case PSEUDO_METHOD:
    case PSEUDO_PROTOCOL:
      return isToken(value);
    case PSEUDO_PATH:
      return value !== '';
    case PSEUDO_SCHEME:
      // Nearly always one of the two that need no look at their letters.
      return value === 'http' || value === 'https' || SCHEME.test(value);
    case PSEUDO_AUTHORITY:
      return value !== '' && isValidAuthority(value);
    default:
      return true;
  }
}

function isToken(text: string): boolean {
  if (text === '') return false;
  for (let at = 0; at < text.length; at++) if (IS_TOKEN[text.charCodeAt(at)] !== 1) return false;
  return true;
}
