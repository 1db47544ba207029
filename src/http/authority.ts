const IP_LITERAL = /^\[[0-9a-f:.v]+\](?::[0-9]*)?$/i;
const COLON = 0x3a;
const ZERO = 0x30;
const NINE = 0x39;

/** 1 for what a registered name consists of: RFC 3986 section 3.2.2. */
const IS_REG_NAME = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[a-z0-9._~!$&'()*+,;=%-]/i.test(String.fromCharCode(octet)) ? 1 : 0,
);

/**
 * Whether a `host` field or an authority is one that every recipient reads the same way: a
 * registered name or an address with an optional port, and no user information, which RFC 9110
 * section 4.2.4 wants treated as an error.
 */
export function isValidAuthority(text: string): boolean {
  const { length } = text;
  let at = 0;
  while (at < length && IS_REG_NAME[text.charCodeAt(at)] === 1) at++;
  if (at === length) return true;
  if (text.charCodeAt(at) !== COLON) return at === 0 && IP_LITERAL.test(text);
  for (at++; at < length; at++) {
    const octet = text.charCodeAt(at);
    if (octet < ZERO || octet > NINE) return false;
  }
  return true;
}
