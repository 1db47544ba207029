import { COMPOUND, CONVERSIONS, pad } from '#formatter/time-conversions.ts';
import { fieldsOf, type TimeFields } from '#formatter/time-fields.ts';

/** Formats a moment, given in milliseconds since 1970 (fractions count). */
export type TimeFormatter = (wallMs: number) => string;

/** Text that is the same for a whole second, or digits of its fraction. */
type Part =
  | { readonly kind: 'second'; readonly text: (fields: TimeFields) => string }
  | { readonly kind: 'fraction'; readonly digits: number };

/** What may stand between the percent sign and the letter (GNU). */
const FLAGS: Readonly<Record<string, (text: string) => string>> = {
  '-': (text) => text.replace(/^[0 ]+(?=\d)/, ''),
  _: (text) => text.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length)),
  '0': (text) => text.replace(/^ +/, (spaces) => '0'.repeat(spaces.length)),
  '^': (text) => text.toUpperCase(),
};

type Groups = Readonly<Record<string, string | undefined>>;

const CONVERSION =
  /%(?:(?<fraction>[1-9]?)f|E(?<exact>[0-9]|\*)(?<unit>[Sf])|(?<zoned>E\*?z|::?z|E4Y|ET)|(?<flag>[-_0^]?)[EO]?(?<name>[a-zA-Z%]))/g;
const FRACTION_DIGITS = 9;

/**
 * Compiles a format of `strftime`'s conversions in the C locale, with Envoy's additions: `%s`
 * seconds since 1970; `%f`, `%3f` digits of the fraction (9 by default); `%E3S`, `%E*S` seconds
 * with a fraction; `%E3f`; `%Ez` as `+01:00`.
 * Fractions are known to the microsecond. An unknown conversion stands as it is written.
 */
export function compileTimeFormat(format: string, zone: 'utc' | 'local'): TimeFormatter {
  const parts = mergeSeconds(partsOf(format));
  const texts: string[] = parts.map(() => '');
  let cachedSecond = Number.NaN;
  return (wallMs) => {
    const second = Math.floor(wallMs / 1000);
    if (second !== cachedSecond) {
      cachedSecond = second;
      const fields = fieldsOf(second, zone);
      for (let index = 0; index < parts.length; index++) {
        const part = parts[index] as Part;
        if (part.kind === 'second') texts[index] = part.text(fields);
      }
    }
    let out = '';
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index] as Part;
      out += part.kind === 'second' ? texts[index] : fraction(wallMs - second * 1000, part.digits);
    }
    return out;
  };
}

function partsOf(format: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of format.matchAll(CONVERSION)) {
    literal(parts, format.slice(end, match.index));
    end = match.index + match[0].length;
    const { fraction: digits, exact, unit, zoned, flag, name } = match.groups as Groups;
    if (digits !== undefined) {
      parts.push({ kind: 'fraction', digits: digits === '' ? FRACTION_DIGITS : Number(digits) });
    } else if (exact !== undefined) {
      parts.push(...exactParts(exact, unit as string));
    } else {
      conversion(parts, zoned ?? (name as string), flag ?? '', match[0]);
    }
  }
  literal(parts, format.slice(end));
  return parts;
}

function literal(parts: Part[], text: string): void {
  if (text !== '') parts.push({ kind: 'second', text: () => text });
}

function conversion(parts: Part[], name: string, flag: string, written: string): void {
  const compound = COMPOUND[name];
  const text = CONVERSIONS[name];
  const reshape = FLAGS[flag];
  if (compound !== undefined) parts.push(...partsOf(compound));
  else if (text === undefined) literal(parts, written);
  else if (reshape === undefined) parts.push({ kind: 'second', text });
  else parts.push({ kind: 'second', text: (fields) => reshape(text(fields)) });
}

/** `%E3S`: seconds and three digits; `%E*S`: as many digits as there are. */
function exactParts(digits: string, unit: string): Part[] {
  const fractionPart: Part = { kind: 'fraction', digits: digits === '*' ? 0 : Number(digits) };
  if (unit === 'f') return [fractionPart];
  const seconds: Part = {
    kind: 'second',
    text: CONVERSIONS['S'] as (fields: TimeFields) => string,
  };
  if (digits === '0') return [seconds];
  return [seconds, { kind: 'second', text: () => '.' }, fractionPart];
}

/** Neighbouring texts of a second become one. */
function mergeSeconds(parts: readonly Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.kind === 'second' && last?.kind === 'second') {
      const { text: first } = last;
      merged[merged.length - 1] = {
        kind: 'second',
        text: (fields) => first(fields) + part.text(fields),
      };
    } else {
      merged.push(part);
    }
  }
  return merged;
}

/** Milliseconds are what nearly every log prints. */
const THREE_DIGITS = Array.from({ length: 1000 }, (_, value) => pad(value, 3));
const POWERS = [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** The first digits of the fraction of a second, given in milliseconds; 0 asks for all but zeros. */
function fraction(ms: number, digits: number): string {
  if (digits === 3) return THREE_DIGITS[Math.floor(ms)] as string;
  if (digits === 0) return fraction(ms, FRACTION_DIGITS).replace(/0+$/, '') || '0';
  const microseconds = Math.min(Math.round(ms * 1e3), 999_999);
  const power = POWERS[digits] as number;
  return pad(Math.floor((microseconds * power) / 1e6), digits);
}
