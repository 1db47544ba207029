import type { RecordLevel } from '#server/log/log-level.ts';
import type { LogFormat, LogRecord } from '#server/log/log-record.ts';

const colours: Readonly<Record<RecordLevel, string>> = {
  trace: '\u001b[90m',
  debug: '\u001b[36m',
  info: '\u001b[32m',
  warning: '\u001b[33m',
  error: '\u001b[31m',
  critical: '\u001b[1;31m',
};
const dim = '\u001b[2m';
const plain = '\u001b[0m';

/**
 * Lines for a person at a terminal: time of day, level, component, message and fields, with the
 * level in colour unless `colour` is false.
 */
export function terminalFormat(colour: boolean): LogFormat {
  const paint = (start: string, text: string): string => (colour ? start + text + plain : text);
  return {
    needsSource: false,
    format({ wallMs, level, component, message, fields }: LogRecord): string {
      const time = timeOfDay(new Date(wallMs));
      const head = `${paint(dim, time)} ${paint(colours[level], level.padEnd(8))} ${component}:`;
      const details = Object.entries(fields ?? {}).map(([name, value]) => ` ${name}=${value}`);
      return `${head} ${message}${paint(dim, details.join(''))}`;
    },
  };
}

function timeOfDay(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}
