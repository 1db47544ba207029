/** Formats a moment, given in milliseconds since 1970 (fractions count). */
export type TimeFormatter = (wallMs: number) => string;

/** Calendar fields of a second, in the chosen zone. */
interface Fields {
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 0 is January 1st. */
  readonly dayOfYear: number;
  /** East of Greenwich. */
  readonly offsetMinutes: number;
  readonly zoneName: string;
  readonly epochSeconds: number;
}

/** Text that is the same for a whole second, or digits of its fraction. */
type Part =
  | { readonly kind: 'second'; readonly text: (fields: Fields) => string }
  | { readonly kind: 'fraction'; readonly digits: number };

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const SECONDS: Readonly<Record<string, (fields: Fields) => string>> = {
  a: ({ weekday }) => (DAYS[weekday] as string).slice(0, 3),
  A: ({ weekday }) => DAYS[weekday] as string,
  b: ({ month }) => (MONTHS[month] as string).slice(0, 3),
  B: ({ month }) => MONTHS[month] as string,
  C: ({ year }) => pad(Math.floor(year / 100), 2),
  d: ({ day }) => pad(day, 2),
  e: ({ day }) => pad(day, 2, ' '),
  g: (fields) => pad(isoWeek(fields).year % 100, 2),
  G: (fields) => `${isoWeek(fields).year}`,
  H: ({ hour }) => pad(hour, 2),
  I: ({ hour }) => pad(hour % 12 || 12, 2),
  j: ({ dayOfYear }) => pad(dayOfYear + 1, 3),
  k: ({ hour }) => pad(hour, 2, ' '),
  l: ({ hour }) => pad(hour % 12 || 12, 2, ' '),
  m: ({ month }) => pad(month + 1, 2),
  M: ({ minute }) => pad(minute, 2),
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  P: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  s: ({ epochSeconds }) => `${epochSeconds}`,
  S: ({ second }) => pad(second, 2),
  t: () => '\t',
  u: ({ weekday }) => `${weekday || 7}`,
  U: ({ dayOfYear, weekday }) => pad(Math.floor((dayOfYear + 7 - weekday) / 7), 2),
  V: (fields) => pad(isoWeek(fields).week, 2),
  w: ({ weekday }) => `${weekday}`,
  W: ({ dayOfYear, weekday }) => pad(Math.floor((dayOfYear + 7 - ((weekday + 6) % 7)) / 7), 2),
  y: ({ year }) => pad(year % 100, 2),
  Y: ({ year }) => `${year}`,
  z: ({ offsetMinutes }) => offset(offsetMinutes, ''),
  Ez: ({ offsetMinutes }) => offset(offsetMinutes, ':'),
  'E*z': ({ offsetMinutes }) => `${offset(offsetMinutes, ':')}:00`,
  E4Y: ({ year }) => pad(year, 4),
  ET: () => 'T',
  Z: ({ zoneName }) => zoneName,
  '%': () => '%',
};

/** Conversions that stand for others. */
const COMPOUND: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

const CONVERSION =
  /%(?:(?<fraction>[1-9]?)f|E(?<exact>[0-9]|\*)(?<unit>[Sf])|(?<name>E\*?z|E4Y|ET|[a-zA-Z%]))/g;
const FRACTION_DIGITS = 9;

/**
 * Compiles a format of `strftime`'s conversions in the C locale, with Envoy's additions: `%s`
 * seconds since 1970; `%f`, `%3f` digits of the fraction (9 by default); `%E3S`, `%E*S` seconds
 * with a fraction; `%E3f`; `%Ez` as `+01:00`. An unknown conversion stands as it is written.
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
    const { fraction: digits, exact, unit, name } = match.groups as Record<string, string>;
    if (digits !== undefined) {
      parts.push({ kind: 'fraction', digits: digits === '' ? FRACTION_DIGITS : Number(digits) });
    } else if (exact !== undefined) {
      parts.push(...exactParts(exact, unit as string));
    } else {
      conversion(parts, name as string, match[0]);
    }
  }
  literal(parts, format.slice(end));
  return parts;
}

function literal(parts: Part[], text: string): void {
  if (text !== '') parts.push({ kind: 'second', text: () => text });
}

function conversion(parts: Part[], name: string, written: string): void {
  const compound = COMPOUND[name];
  const text = SECONDS[name];
  if (compound !== undefined) parts.push(...partsOf(compound));
  else if (text !== undefined) parts.push({ kind: 'second', text });
  else literal(parts, written);
}

/** `%E3S`: seconds and three digits; `%E*S`: as many digits as there are. */
function exactParts(digits: string, unit: string): Part[] {
  const fractionPart: Part = { kind: 'fraction', digits: digits === '*' ? 0 : Number(digits) };
  if (unit === 'f') return [fractionPart];
  const seconds: Part = { kind: 'second', text: SECONDS['S'] as (fields: Fields) => string };
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
  const nanoseconds = Math.floor(ms * 1e3) * 1e3;
  const scaled = Math.floor((nanoseconds * (POWERS[digits] as number)) / 1e9);
  return pad(scaled, digits);
}

function pad(value: number, width: number, filler = '0'): string {
  return `${value}`.padStart(width, filler);
}

function offset(minutes: number, separator: string): string {
  const size = Math.abs(minutes);
  const hours = Math.floor(size / 60);
  return `${minutes < 0 ? '-' : '+'}${pad(hours, 2)}${separator}${pad(size % 60, 2)}`;
}

const DAY_MS = 86_400_000;

function fieldsOf(epochSeconds: number, zone: 'utc' | 'local'): Fields {
  const date = new Date(epochSeconds * 1000);
  const offsetMinutes = zone === 'utc' ? 0 : -date.getTimezoneOffset();
  const shifted = new Date(date.getTime() + offsetMinutes * 60_000);
  const year = shifted.getUTCFullYear();
  const midnight = Date.UTC(year, shifted.getUTCMonth(), shifted.getUTCDate());
  return {
    year,
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: shifted.getUTCDay(),
    dayOfYear: Math.round((midnight - Date.UTC(year, 0, 1)) / DAY_MS),
    offsetMinutes,
    zoneName: zone === 'utc' ? 'UTC' : localZoneName(date),
    epochSeconds,
  };
}

function localZoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** The week of ISO 8601: from Monday, belonging to the year of its Thursday. */
function isoWeek({ year, month, day, weekday }: Fields): { year: number; week: number } {
  const thursday = new Date(Date.UTC(year, month, day + 4 - (weekday || 7)));
  const weekYear = thursday.getUTCFullYear();
  const days = (thursday.getTime() - Date.UTC(weekYear, 0, 1)) / DAY_MS;
  return { year: weekYear, week: 1 + Math.floor(days / 7) };
}
