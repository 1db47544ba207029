import { HUFFMAN_CODES, HUFFMAN_LENGTHS } from '#http/h2/hpack/huffman-code.ts';

/**
 * Writes a latin1 string in Huffman code (RFC 7541 section 5.2) at `start` and returns where it
 * ends. It takes at most four octets per character, for which there must be room.
 */
export function encodeHuffman(text: string, out: Uint8Array, start: number): number {
  let at = start;
  let pending = 0;
  let bits = 0;
  for (let index = 0; index < text.length; index++) {
    const symbol = text.charCodeAt(index) & 0xff;
    const code = HUFFMAN_CODES[symbol] as number;
    let length = HUFFMAN_LENGTHS[symbol] as number;
    if (length > 24) {
      // Up to seven bits are pending: more than 24 further ones would not fit into the word.
      length -= 16;
      pending = (pending << length) | (code >>> 16);
      bits += length;
      while (bits >= 8) {
        bits -= 8;
        out[at++] = pending >>> bits;
      }
      length = 16;
    }
    pending = (pending << length) | (length === 16 ? code & 0xffff : code);
    bits += length;
    while (bits >= 8) {
      bits -= 8;
      out[at++] = pending >>> bits;
    }
  }
  // Padding is the beginning of the end-of-string code: ones.
  if (bits > 0) out[at++] = (pending << (8 - bits)) | (0xff >>> bits);
  return at;
}
