/** The lengths in bits of the codes of RFC 7541 appendix B for the bytes 0 to 255. */
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6,
  7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
  23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22,
  22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
  23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
  27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25,
  24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

/** Code, as `length:value`, to byte. The code is canonical: in order of length, then of byte. */
const BYTES: ReadonlyMap<string, number> = canonicalCode();

/** Decodes a Huffman-coded string; `undefined` where it is none. */
export function decodeHuffman(input: Uint8Array): Buffer | undefined {
  const output: number[] = [];
  let code = 0;
  let bits = 0;
  for (const byte of input) {
    for (let shift = 7; shift >= 0; shift -= 1) {
      code = code * 2 + ((byte >> shift) & 1);
      bits += 1;
      const found = BYTES.get(`${bits}:${code}`);
      if (found !== undefined) {
        output.push(found);
        code = 0;
        bits = 0;
      }
    }
  }
  const onlyPadding = bits < 8 && code === 2 ** bits - 1;
  return onlyPadding ? Buffer.from(output) : undefined;
}

function canonicalCode(): Map<string, number> {
  const inOrder = CODE_BITS.map((bits, byte) => ({ bits, byte })).sort(
    (a, b) => a.bits - b.bits || a.byte - b.byte,
  );
  const codes = new Map<string, number>();
  let next = 0;
  let length = 0;
  for (const { bits, byte } of inOrder) {
    next *= 2 ** (bits - length);
    length = bits;
    codes.set(`${bits}:${next}`, byte);
    next += 1;
  }
  return codes;
}
