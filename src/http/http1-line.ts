import {
  type HeaderId,
  HeaderName,
  type KnownHeaderName,
  knownHeaderNames,
} from '#http/known-headers.ts';

/** What the proxy itself adds, with the same value for many messages in a row. */
const REPEATED: readonly KnownHeaderName[] = [
  'date',
  'server',
  'via',
  'x-envoy-attempt-count',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-internal',
  'x-envoy-upstream-service-time',
  'x-forwarded-port',
  'x-forwarded-proto',
];

const isRepeated = new Uint8Array(knownHeaderNames.length);
for (const name of REPEATED) isRepeated[HeaderName[name]] = 1;

/* For each known name, the value it was written with last, and the line. */
const lastValues: string[] = knownHeaderNames.map(() => '');
const lastLines: string[] = knownHeaderNames.map((name) => `${name}: \r\n`);

/** `name: value CRLF`. */
export function http1Line(id: HeaderId, name: string, value: string): string {
  if (isRepeated[id] !== 1) return `${name}: ${value}\r\n`;
  if (lastValues[id] === value) return lastLines[id] as string;
  const line = `${name}: ${value}\r\n`;
  lastValues[id] = value;
  lastLines[id] = line;
  return line;
}
