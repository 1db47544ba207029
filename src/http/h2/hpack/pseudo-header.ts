/** Which pseudo-header a field is (RFC 9113 section 8.3, RFC 8441 section 4); 0 for none. */
export type PseudoHeader = number;

export const NOT_PSEUDO: PseudoHeader = 0;
export const PSEUDO_METHOD: PseudoHeader = 1;
export const PSEUDO_PATH: PseudoHeader = 2;
export const PSEUDO_SCHEME: PseudoHeader = 3;
export const PSEUDO_AUTHORITY: PseudoHeader = 4;
export const PSEUDO_PROTOCOL: PseudoHeader = 5;
export const PSEUDO_STATUS: PseudoHeader = 6;
/** A name that begins with a colon and is none of the above: the message is malformed. */
export const PSEUDO_UNKNOWN: PseudoHeader = 7;

export const pseudoHeaderNames: readonly string[] = [
  '',
  ':method',
  ':path',
  ':scheme',
  ':authority',
  ':protocol',
  ':status',
];

export function pseudoHeaderOf(name: string): PseudoHeader {
  if (name.charCodeAt(0) !== 0x3a) return NOT_PSEUDO;
  const index = pseudoHeaderNames.indexOf(name);
  return index > 0 ? index : PSEUDO_UNKNOWN;
}
