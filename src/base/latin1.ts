interface WithLatin1Slice {
  latin1Slice(start: number, end: number): string;
}

interface WithLatin1Write {
  latin1Write(text: string, start: number, length: number): number;
}

/**
 * Bytes as text, one character per byte. This is the method that `toString('latin1', …)` ends in;
 * called directly it saves the argument juggling, which is felt at hundreds of thousands a second.
 */
export function latin1(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as WithLatin1Slice).latin1Slice(start, end);
}

/** Writes a latin1 text into bytes that have room for it; likewise without the juggling. */
export function writeLatin1(text: string, bytes: Buffer, start: number): void {
  (bytes as unknown as WithLatin1Write).latin1Write(text, start, text.length);
}

/** V8 cuts no shorter string out of a larger one without copying it. */
const SLICE_LENGTH_MIN = 13;

/**
 * The same text in memory of its own. To be kept beyond its message: a string that was cut out of a
 * larger one keeps all of that alive.
 */
export function ownCopy(text: string): string {
  if (text.length < SLICE_LENGTH_MIN) return text;
  const bytes = Buffer.from(text, 'latin1');
  return latin1(bytes, 0, bytes.length);
}
