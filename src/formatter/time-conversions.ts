import { isoWeek, type TimeFields } from '#formatter/time-fields.ts';

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

/** What a conversion letter prints of a second, in the C locale. */
export const CONVERSIONS: Readonly<Record<string, (fields: TimeFields) => string>> = {
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
  ':z': ({ offsetMinutes }) => offset(offsetMinutes, ':'),
  '::z': ({ offsetMinutes }) => `${offset(offsetMinutes, ':')}:00`,
  'E*z': ({ offsetMinutes }) => `${offset(offsetMinutes, ':')}:00`,
  E4Y: ({ year }) => pad(year, 4),
  ET: () => 'T',
  Z: ({ zoneName }) => zoneName(),
  '%': () => '%',
};

/** Conversions that stand for others. */
export const COMPOUND: Readonly<Record<string, string>> = {
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

/** At least `width` characters, filled up in front. */
export function pad(value: number, width: number, filler = '0'): string {
  return `${value}`.padStart(width, filler);
}

function offset(minutes: number, separator: string): string {
  const size = Math.abs(minutes);
  const hours = Math.floor(size / 60);
  return `${minutes < 0 ? '-' : '+'}${pad(hours, 2)}${separator}${pad(size % 60, 2)}`;
}
