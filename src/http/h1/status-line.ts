import { STATUS_CODES } from 'node:http';

/** Where Envoy's table of reason phrases is not Node's; an empty one means that it has none. */
const ENVOYS_OWN: ReadonlyMap<number, string> = new Map([
  [102, ''],
  [103, ''],
  [418, ''],
  [451, ''],
  [509, ''],
  [599, 'Last Unassigned Server Error Code'],
]);

const lines: (string | undefined)[] = [];

/** The reason phrase of a status code, as Envoy's table has it; `Unknown` for one without. */
export function reasonPhrase(status: number): string {
  const phrase = ENVOYS_OWN.get(status) ?? STATUS_CODES[status] ?? '';
  return phrase === '' ? 'Unknown' : phrase;
}

/** `HTTP/1.1 200 OK CRLF`; status codes have three digits, so that the table stays small. */
export function statusLine(status: number, minorVersion: number): string {
  const key = status * 2 + minorVersion;
  let line = lines[key];
  if (line === undefined) {
    line = statusLineWith(status, minorVersion, reasonPhrase(status));
    lines[key] = line;
  }
  return line;
}

/** The same with an upstream's own reason phrase. */
export function statusLineWith(status: number, minorVersion: number, reason: string): string {
  return `HTTP/1.${minorVersion} ${status} ${reason}\r\n`;
}
