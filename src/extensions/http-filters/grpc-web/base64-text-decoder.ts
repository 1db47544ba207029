const INVALID = 255;
const PADDING = 0x3d;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Uint8Array(256).fill(INVALID);
for (const [value, char] of [...ALPHABET].entries()) VALUES[char.charCodeAt(0)] = value;

/**
 * Decodes base64 that arrives in chunks which are cut anywhere. Padding may stand behind every
 * message, since clients encode each of them on its own.
 */
export class Base64TextDecoder {
  /** Up to three characters of a group that is not complete. */
  readonly #group = new Uint8Array(4);
  #groupLength = 0;

  /** Whether a group has begun that is not complete. */
  get isInGroup(): boolean {
    return this.#groupLength > 0;
  }

  /** The bytes of all groups that are complete by now; nothing where a character is no base64. */
  decode(text: Buffer): Buffer | undefined {
    const out = Buffer.allocUnsafe(((this.#groupLength + text.length) >> 2) * 3);
    let length = 0;
    for (const char of text) {
      this.#group[this.#groupLength++] = char;
      if (this.#groupLength < 4) continue;
      this.#groupLength = 0;
      const written = this.#decodeGroup(out, length);
      if (written === 0) return undefined;
      length += written;
    }
    return out.subarray(0, length);
  }

  /** Returns how many bytes the group stands for; 0 for a malformed one. */
  #decodeGroup(out: Buffer, at: number): number {
    const [first = 0, second = 0, third = 0, fourth = 0] = this.#group;
    const a = VALUES[first] as number;
    const b = VALUES[second] as number;
    if (a === INVALID || b === INVALID) return 0;
    out[at] = (a << 2) | (b >> 4);
    // Bits that stand for nothing must be 0: each byte string has one encoding.
    if (third === PADDING) return fourth === PADDING && (b & 15) === 0 ? 1 : 0;
    const c = VALUES[third] as number;
    if (c === INVALID) return 0;
    out[at + 1] = ((b & 15) << 4) | (c >> 2);
    if (fourth === PADDING) return (c & 3) === 0 ? 2 : 0;
    const d = VALUES[fourth] as number;
    if (d === INVALID) return 0;
    out[at + 2] = ((c & 3) << 6) | d;
    return 3;
  }
}
