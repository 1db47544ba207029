import type { LogRecord } from '#server/log/log-record.ts';
import { noSource } from '#server/log/log-record.ts';

/** A record on its way into a pattern, with what the flags share. */
export interface PatternInput {
  readonly record: LogRecord;
  /** The record's time as a calendar has it in the local time zone, as in Envoy. */
  readonly date: Date;
  /** Milliseconds since the record before, 0 for the first. */
  readonly sincePreviousMs: number;
}

/** What stands for one letter of `--log-format`. */
export type PatternFlag = (input: PatternInput) => string;

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months =
  'January February March April May June July August September October November December'.split(
    ' ',
  );

const two = (value: number): string => String(value).padStart(2, '0');
const day = (date: Date): string => days[date.getDay()] as string;
const month = (date: Date): string => months[date.getMonth()] as string;
const hour12 = (date: Date): string => two(date.getHours() % 12 || 12);
const halfDay = (date: Date): string => (date.getHours() < 12 ? 'AM' : 'PM');
const hourMinute = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;
const clockTime = (date: Date): string => `${hourMinute(date)}:${two(date.getSeconds())}`;
const shortDate = (date: Date): string =>
  `${two(date.getMonth() + 1)}/${two(date.getDate())}/${two(date.getFullYear() % 100)}`;
const dateAndTime = (date: Date): string =>
  `${day(date).slice(0, 3)} ${month(date).slice(0, 3)} ${date.getDate()} ${clockTime(date)} ${date.getFullYear()}`;

function offsetFromUtc(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(distance / 60))}:${two(distance % 60)}`;
}

/** The part of the second in units of which `perMillisecond` make a millisecond. */
function partOfSecond(wallMs: number, perMillisecond: number, digits: number): string {
  return String(Math.floor((wallMs % 1000) * perMillisecond)).padStart(digits, '0');
}

/** `[Tags: "ConnectionId":"3"] `, as Envoy puts what a message is about before it. */
function tagsBefore({ fields }: LogRecord): string {
  const tags = tagList(fields);
  return tags === '' ? '' : `[Tags: ${tags}] `;
}

function tagList(fields: LogRecord['fields']): string {
  return Object.entries(fields ?? {})
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(String(value))}`)
    .join(',');
}

const fullMessage = ({ record }: PatternInput): string => tagsBefore(record) + record.message;
const source = ({ record }: PatternInput): NonNullable<LogRecord['source']> =>
  record.source ?? noSource;
const baseName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** Flags that need `LogRecord.source`. */
export const sourceFlags: ReadonlySet<string> = new Set(['@', 's', 'g', '#', '!']);

/**
 * What can stand after the `%` of a log pattern: the flags of Envoy's `--log-format`, which are
 * those of spdlog with `_`, `j`, `+` and `*` of Envoy's own.
 */
export const patternFlags: Readonly<Record<string, PatternFlag>> = {
  v: fullMessage,
  _: (input) => fullMessage(input).replaceAll('\n', '\\n'),
  j: (input) => JSON.stringify(fullMessage(input)).slice(1, -1),
  '+': ({ record }) => record.message,
  '*': ({ record }) => (record.fields === undefined ? '' : `,${tagList(record.fields)}`),
  // Linux numbers the main thread as the process; workers have no number that can be asked for.
  t: ({ record }) => String(record.thread === 0 ? process.pid : record.thread),
  P: () => String(process.pid),
  n: ({ record }) => record.component,
  l: ({ record }) => record.level,
  L: ({ record }) => record.level.charAt(0).toUpperCase(),
  a: ({ date }) => day(date).slice(0, 3),
  A: ({ date }) => day(date),
  b: ({ date }) => month(date).slice(0, 3),
  h: ({ date }) => month(date).slice(0, 3),
  B: ({ date }) => month(date),
  c: ({ date }) => dateAndTime(date),
  C: ({ date }) => two(date.getFullYear() % 100),
  Y: ({ date }) => String(date.getFullYear()),
  D: ({ date }) => shortDate(date),
  x: ({ date }) => shortDate(date),
  m: ({ date }) => two(date.getMonth() + 1),
  d: ({ date }) => two(date.getDate()),
  H: ({ date }) => two(date.getHours()),
  I: ({ date }) => hour12(date),
  M: ({ date }) => two(date.getMinutes()),
  S: ({ date }) => two(date.getSeconds()),
  e: ({ record }) => partOfSecond(record.wallMs, 1, 3),
  f: ({ record }) => partOfSecond(record.wallMs, 1000, 6),
  F: ({ record }) => partOfSecond(record.wallMs, 1_000_000, 9),
  p: ({ date }) => halfDay(date),
  r: ({ date }) =>
    `${hour12(date)}:${two(date.getMinutes())}:${two(date.getSeconds())} ${halfDay(date)}`,
  R: ({ date }) => hourMinute(date),
  T: ({ date }) => clockTime(date),
  X: ({ date }) => clockTime(date),
  z: ({ date }) => offsetFromUtc(date),
  E: ({ record }) => String(Math.floor(record.wallMs / 1000)),
  o: ({ sincePreviousMs }) => String(Math.floor(sincePreviousMs)),
  i: ({ sincePreviousMs }) => String(Math.floor(sincePreviousMs * 1000)),
  u: ({ sincePreviousMs }) => String(Math.floor(sincePreviousMs * 1_000_000)),
  O: ({ sincePreviousMs }) => String(Math.floor(sincePreviousMs / 1000)),
  '@': (input) => {
    const { file, line } = source(input);
    return file === '' ? '' : `${file}:${line}`;
  },
  s: (input) => baseName(source(input).file),
  g: (input) => source(input).file,
  '#': (input) => {
    const { line } = source(input);
    return line === 0 ? '' : String(line);
  },
  '!': (input) => source(input).function,
  '%': () => '%',
  // Where colour begins and ends: a log in a pattern has none, as in Envoy.
  '^': () => '',
  $: () => '',
};
