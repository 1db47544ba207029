/** Octets that HTTP/1.1 gives a meaning (RFC 9112). */
export const CR = 0x0d;
export const LF = 0x0a;
export const SP = 0x20;
export const HTAB = 0x09;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const DOT = 0x2e;
export const EQUALS = 0x3d;
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const DEL = 0x7f;

function table(accept: (octet: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => accept(octet));
}

const TOKEN_SIGNS = new Set([..."!#$%&'*+-.^_`|~"].map((sign) => sign.charCodeAt(0)));

function isUpper(octet: number): boolean {
  return octet >= 0x41 && octet <= 0x5a;
}

function isToken(octet: number): boolean {
  const isDigit = octet >= 0x30 && octet <= 0x39;
  const isLower = octet >= 0x61 && octet <= 0x7a;
  return isDigit || isLower || isUpper(octet) || TOKEN_SIGNS.has(octet);
}

/** For a token octet (RFC 9110 section 5.6.2) the octet in lower case, 0 for any other. */
export const TOKEN_LOWER: Uint8Array = table((octet) =>
  isUpper(octet) ? octet + 0x20 : isToken(octet) ? octet : 0,
);

/** 1 for a token octet. */
export const IS_TOKEN: Uint8Array = table((octet) => (isToken(octet) ? 1 : 0));

/** 1 for what a field value may contain: HTAB, SP, visible and obs-text octets (section 5.5). */
export const IS_FIELD_VALUE: Uint8Array = table((octet) =>
  octet === HTAB || (octet >= SP && octet !== 0x7f) ? 1 : 0,
);

/** 1 for what a request target may contain here: visible ASCII. */
export const IS_TARGET: Uint8Array = table((octet) => (octet > SP && octet < 0x7f ? 1 : 0));

/** The value of a hexadecimal digit plus one, 0 for any other octet. */
export const HEX_VALUE_PLUS_ONE: Uint8Array = table((octet) => {
  const digit = Number.parseInt(String.fromCharCode(octet), 16);
  return Number.isNaN(digit) ? 0 : digit + 1;
});
