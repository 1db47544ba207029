/** Calendar fields of a second, in the chosen zone. */
export interface TimeFields {
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
  /** Asked for only where it is printed: it takes a while to find out. */
  readonly zoneName: () => string;
  readonly epochSeconds: number;
}

const DAY_MS = 86_400_000;

/** The fields of a second since 1970. */
export function fieldsOf(epochSeconds: number, zone: 'utc' | 'local'): TimeFields {
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
    zoneName: () => (zone === 'utc' ? 'UTC' : localZoneName(date)),
    epochSeconds,
  };
}

function localZoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** The week of ISO 8601: from Monday, belonging to the year of its Thursday. */
export function isoWeek({ year, month, day, weekday }: TimeFields): { year: number; week: number } {
  const thursday = new Date(Date.UTC(year, month, day + 4 - (weekday || 7)));
  const weekYear = thursday.getUTCFullYear();
  const days = (thursday.getTime() - Date.UTC(weekYear, 0, 1)) / DAY_MS;
  return { year: weekYear, week: 1 + Math.floor(days / 7) };
}
