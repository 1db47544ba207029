import { HUFFMAN_CODES, HUFFMAN_LENGTHS } from '#http/h2/hpack/huffman-code.ts';

/** No printable ASCII octet but the backslash has a longer code. */
const SHORT_CODE_BITS = 16;

/** How many octets a latin1 string takes in Huffman code. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let index = 0; index < text.length; index++) {
    bits += HUFFMAN_LENGTHS[text.charCodeAt(index) & 0xff] as number;
  }
  return (bits + 7) >>> 3;
}

/**
 * Writes a latin1 string in Huffman code (RFC 7541 section 5.2) at `start`, where there must be room
 * for `huffmanLength` octets, and returns where it ends.
 */
export function encodeHuffman(text: string, out: Uint8Array, start: number): number {
  let at = start;
  /** The lowest `bits` of it are not written yet: at most 15 between two symbols. */
  let pending = 0;
  let bits = 0;
  for (let index = 0; index < text.length; index++) {
    const symbol = text.charCodeAt(index) & 0xff;
    let code = HUFFMAN_CODES[symbol] as number;
    let length = HUFFMAN_LENGTHS[symbol] as number;
    if (length > SHORT_CODE_BITS) {
      // Its upper part first, so that the word never holds more than 31 bits.
      length -= SHORT_CODE_BITS;
      pending = (pending << length) | (code >>> SHORT_CODE_BITS);
      bits += length;
      if (bits >= 16) {
        bits -= 16;
        out[at++] = pending >>> (bits + 8);
        out[at++] = pending >>> bits;
      }
      code &= 0xffff;
      length = SHORT_CODE_BITS;
    }
    pending = (pending << length) | code;
    bits += length;
    if (bits >= 16) {
      bits -= 16;
      out[at++] = pending >>> (bits + 8);
      out[at++] = pending >>> bits;
    }
  }
  if (bits >= 8) {
    bits -= 8;
    out[at++] = pending >>> bits;
  }
  // Padding is the beginning of the end-of-string code: ones.
  if (bits > 0) out[at++] = (pending << (8 - bits)) | (0xff >>> bits);
  return at;
}
