const NON_ASCII = /[^\0-\x7f]/;

/**
 * The UTF-8 bytes of a configured text as a string with one character per byte: the form in which
 * header values and paths travel through the proxy, so that the two compare directly.
 */
export function byteStringOf(text: string): string {
  return NON_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** Lower-cases A to Z only, as Envoy does: other bytes are parts of characters, not letters. */
export function asciiLowerCase(bytes: string): string {
  return NON_ASCII.test(bytes)
    ? bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    : bytes.toLowerCase();
}
