import { type HeaderId, knownHeaderNames } from '#http/known-headers.ts';
import { isRecurring } from '#http/recurring-headers.ts';

/* For each known name, the value it was written with last, and the line. */
const lastValues: string[] = knownHeaderNames.map(() => '');
const lastLines: string[] = knownHeaderNames.map((name) => `${name}: \r\n`);

/** `name: value CRLF`. */
export function http1Line(id: HeaderId, name: string, value: string): string {
  if (isRecurring[id] !== 1) return `${name}: ${value}\r\n`;
  if (lastValues[id] === value) return lastLines[id] as string;
  const line = `${name}: ${value}\r\n`;
  lastValues[id] = value;
  lastLines[id] = line;
  return line;
}
