import { IS_TOKEN } from '#http/h1/octets.ts';
import { type FieldDefect } from '#http/h2/hpack/field-defect.ts';
import { NOT_PSEUDO, type PseudoHeader, pseudoHeaderOf } from '#http/h2/hpack/pseudo-header.ts';
import { type HeaderId, HeaderName, headerIdOf } from '#http/known-headers.ts';

let made = 0;

/** A field name with all that is known of it, made once and shared by the fields that bear it. */
export class FieldName {
  readonly text: string;
  readonly id: HeaderId;
  readonly pseudo: PseudoHeader;
  readonly defect: FieldDefect | undefined;
  /** Another one for each name that was made. */
  readonly serial: number;

  constructor(text: string) {
    this.text = text;
    this.serial = made++;
    this.pseudo = pseudoHeaderOf(text);
    this.id = headerIdOf(text);
    this.defect = this.pseudo === NOT_PSEUDO ? defectOf(text, this.id) : undefined;
  }
}

const connectionSpecific: ReadonlySet<HeaderId> = new Set([
  HeaderName.connection,
  HeaderName['keep-alive'],
  HeaderName['proxy-connection'],
  HeaderName['transfer-encoding'],
  HeaderName.upgrade,
]);

function defectOf(text: string, id: HeaderId): FieldDefect | undefined {
  if (connectionSpecific.has(id)) return 'connectionSpecific';
  if (text === '') return 'emptyName';
  let hasUpperCase = false;
  for (let index = 0; index < text.length; index++) {
    const octet = text.charCodeAt(index);
    if (IS_TOKEN[octet] !== 1) return 'illegalName';
    if (octet >= 0x41 && octet <= 0x5a) hasUpperCase = true;
  }
  return hasUpperCase ? 'upperCaseName' : undefined;
}
