import { type PatternFlag, patternFlags, sourceFlags } from '#server/log/log-pattern-flags.ts';
import type { LogFormat, LogRecord } from '#server/log/log-record.ts';

/** Widths beyond this are taken as this, as in Envoy. */
const widthMax = 64;

/** What `--log-format` is when it is asked for without being given. */
export const defaultLogPattern = '[%Y-%m-%d %T.%e][%t][%l][%n] [%g:%#] %v';

/**
 * Compiles a pattern of `--log-format`. Every text is a pattern: a flag that does not exist stays
 * as it is written. Between `%` and the flag may stand a width, as in `%8l` (right), `%-8l` (left)
 * and `%=8l` (centred), and after the width a `!` that cuts what is longer.
 */
export function compileLogPattern(pattern: string): LogFormat {
  const parts: PatternFlag[] = [];
  let needsSource = false;
  let index = 0;
  while (index < pattern.length) {
    const percent = pattern.indexOf('%', index);
    if (percent !== index) {
      const literal = pattern.slice(index, percent < 0 ? pattern.length : percent);
      parts.push(() => literal);
      if (percent < 0) break;
    }
    const padding = /(?:([-=]?)(\d+)(!?)|[-=]?)/y;
    padding.lastIndex = percent + 1;
    const [taken = '', side = '', digits, cut] = padding.exec(pattern) ?? [];
    index = percent + 1 + taken.length;
    const letter = pattern[index++];
    // A pattern that ends within a flag ends before it.
    if (letter === undefined) break;
    const known = Object.hasOwn(patternFlags, letter) ? patternFlags[letter] : undefined;
    if (sourceFlags.has(letter)) needsSource = true;
    const flag = known ?? (() => `%${letter}`);
    if (digits === undefined) parts.push(flag);
    else parts.push(padded(flag, side, Math.min(Number(digits), widthMax), cut === '!'));
  }
  let previousMs: number | undefined;
  return {
    needsSource,
    format(record: LogRecord): string {
      const sincePreviousMs = Math.max(0, record.wallMs - (previousMs ?? record.wallMs));
      previousMs = record.wallMs;
      const input = { record, date: new Date(record.wallMs), sincePreviousMs };
      let line = '';
      for (const part of parts) line += part(input);
      return line;
    },
  };
}

function padded(flag: PatternFlag, side: string, width: number, cut: boolean): PatternFlag {
  return (input) => {
    const text = flag(input);
    if (text.length >= width) return cut ? text.slice(0, width) : text;
    if (side === '-') return text.padEnd(width);
    if (side === '') return text.padStart(width);
    const before = Math.floor((width - text.length) / 2);
    return text.padStart(text.length + before).padEnd(width);
  };
}

/**
 * The effect of `--log-format-escaped`: control characters, quotes, backslashes and bytes beyond
 * ASCII become C escapes; white space at the end stays.
 */
export function escapeLogLine(line: string): string {
  const end = line.trimEnd();
  let escaped = '';
  for (const byte of Buffer.from(end)) {
    const named = namedEscapes[byte];
    if (named !== undefined) escaped += named;
    else if (byte >= 0x20 && byte < 0x7f) escaped += String.fromCharCode(byte);
    else escaped += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return escaped + line.slice(end.length);
}

const namedEscapes: Readonly<Record<number, string>> = {
  0x09: '\\t',
  0x0a: '\\n',
  0x0d: '\\r',
  0x22: '\\"',
  0x27: "\\'",
  0x5c: '\\\\',
};
