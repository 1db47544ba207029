import type { Random } from '#base/random.ts';

const HEX_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

function hex(byte: number): string {
  return HEX_BYTES[byte & 0xff] as string;
}

function hex16(word: number): string {
  return hex(word >>> 8) + hex(word);
}

/** A random UUID (RFC 9562 version 4), for request ids: unguessable enough, not for secrets. */
export function randomUuid(random: Random): string {
  const a = random.uint32();
  const b = random.uint32();
  const c = random.uint32();
  const d = random.uint32();
  const version = (b & 0x0fff) | 0x4000;
  const variant = (c & 0x3fff) | 0x8000;
  return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(version)}-${hex16(variant)}-${hex16(c >>> 16)}${hex16(d >>> 16)}${hex16(d)}`;
}
