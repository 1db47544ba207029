import type { Random } from '#base/random.ts';

/** The codes of the hexadecimal digits. */
const DIGITS: Uint8Array = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const HYPHEN = 0x2d;

/** The code of the digit that stands `shift` bits from the right. */
function digit(word: number, shift: number): number {
  return DIGITS[(word >>> shift) & 0xf] as number;
}

/**
 * A random UUID (RFC 9562 version 4), for request ids: unguessable enough, not for secrets. One
 * call with all codes makes one flat string: half the time and a tenth of the memory of joining
 * shorter ones, which is a hundred nanoseconds of every request.
 */
export function randomUuid(random: Random): string {
  const a = random.uint32();
  const b = random.uint32();
  const c = random.uint32();
  const d = random.uint32();
  const version = (b & 0x0fff) | 0x4000;
  const variant = (c & 0x3fff) | 0x8000;
  return String.fromCharCode(
    digit(a, 28),
    digit(a, 24),
    digit(a, 20),
    digit(a, 16),
    digit(a, 12),
    digit(a, 8),
    digit(a, 4),
    digit(a, 0),
    HYPHEN,
    digit(b, 28),
    digit(b, 24),
    digit(b, 20),
    digit(b, 16),
    HYPHEN,
    digit(version, 12),
    digit(version, 8),
    digit(version, 4),
    digit(version, 0),
    HYPHEN,
    digit(variant, 12),
    digit(variant, 8),
    digit(variant, 4),
    digit(variant, 0),
    HYPHEN,
    digit(c, 28),
    digit(c, 24),
    digit(c, 20),
    digit(c, 16),
    digit(d, 28),
    digit(d, 24),
    digit(d, 20),
    digit(d, 16),
    digit(d, 12),
    digit(d, 8),
    digit(d, 4),
    digit(d, 0),
  );
}
