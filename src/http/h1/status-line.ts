import { STATUS_CODES } from 'node:http';

const lines: (string | undefined)[] = [];

/** The reason phrase of a status code, as Envoy's table has it; `Unknown` for one without. */
export function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}

/** `HTTP/1.1 200 OK CRLF`. An upstream's own reason phrase is not forwarded, as in Envoy. */
export function statusLine(status: number, minorVersion: number): string {
  const key = status * 2 + minorVersion;
  let line = lines[key];
  if (line === undefined) {
    line = `HTTP/1.${minorVersion} ${status} ${reasonPhrase(status)}\r\n`;
    lines[key] = line;
  }
  return line;
}
