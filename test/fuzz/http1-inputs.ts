import type { Choices } from '../soak/random.ts';

const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'CONNECT', 'DELETE', 'BREW'];
const STATUSES = ['200', '204', '304', '404', '500', '101', '100', '103', '199', '999'];
const FIELDS = [
  'Host: a',
  'X-A: b',
  'x-a:',
  'Accept: */*',
  'accept: b',
  'Cookie: a=b',
  'Connection: keep-alive',
  'Connection: close',
  'Connection: x-a, te',
  'Connection: upgrade',
  'Upgrade: websocket',
  'TE: trailers',
  'Expect: 100-continue',
  'Content-Length: 0',
  'Content-Length: 5',
  'Transfer-Encoding: chunked',
  'X-Long: ' + 'y'.repeat(300),
  'Trailer: x-sum',
  'Vary: a',
];
const SIGNS = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '"',
  '\\',
  '0',
  '5',
  'f',
  'F',
  '-',
  '+',
  '%',
  '/',
  '\x7f',
  '\x80',
  '\xff',
  'HTTP/1.1',
  'chunked',
];

function bodyOf(choices: Choices): { field: string; body: string } {
  const length = choices.weighted({ none: 3, short: 3, long: 1 });
  if (length === 'none') return { field: '', body: '' };
  const data = 'hello '.repeat(length === 'short' ? choices.between(1, 5) : 4000);
  if (choices.chance(0.5)) return { field: `Content-Length: ${data.length}\r\n`, body: data };
  const pieces = choices.cut(Buffer.from(data, 'latin1'), choices.between(1, 4));
  const chunks = pieces
    .filter((piece) => piece.length > 0)
    .map((piece) => {
      const extension = choices.chance(0.2) ? ';a="b"' : '';
      return `${piece.length.toString(16)}${extension}\r\n${piece.toString('latin1')}\r\n`;
    });
  const trailers = choices.chance(0.3) ? 'X-Sum: 9\r\n' : '';
  return {
    field: 'Transfer-Encoding: chunked\r\n',
    body: `${chunks.join('')}0\r\n${trailers}\r\n`,
  };
}

function fieldsOf(choices: Choices, unusual: number): string {
  let fields = '';
  for (let count = choices.between(0, 4); count > 0; count--) {
    const usual = FIELDS.slice(1, 6);
    fields += `${choices.of(choices.chance(unusual) ? FIELDS : usual)}\r\n`;
  }
  return fields;
}

export function randomRequest(choices: Choices): string {
  const method = choices.chance(0.8) ? choices.of(['GET', 'POST']) : choices.of(METHODS);
  const target = choices.of(['/', '/a?b=c', '*', 'http://b/c', 'a:80', `/${'x'.repeat(200)}`]);
  const version = choices.chance(0.95) ? 'HTTP/1.1' : choices.of(['HTTP/1.0', 'HTTP/2.0', '']);
  const { field, body } = bodyOf(choices);
  const blank = choices.chance(0.1) ? '\r\n' : '';
  const path = choices.chance(0.8) ? '/' : target;
  return `${blank}${method} ${path} ${version}\r\nHost: a\r\n${fieldsOf(choices, 0.2)}${field}\r\n${body}`;
}

export function randomResponse(choices: Choices): string {
  const status = choices.chance(0.8) ? '200' : choices.of(STATUSES);
  const version = choices.chance(0.9) ? 'HTTP/1.1' : 'HTTP/1.0';
  const { field, body } = bodyOf(choices);
  return `${version} ${status} Reason\r\n${fieldsOf(choices, 0.2)}${field}\r\n${body}`;
}

/** Damages a text in a few places, or not at all. */
export function damaged(text: string, choices: Choices): string {
  let result = text;
  for (
    let count = choices.weighted({ 0: 5, 1: 3, 2: 1, 5: 1 }) as unknown as number;
    count > 0;
    count--
  ) {
    const at = choices.between(0, result.length);
    const removed = choices.chance(0.5) ? choices.between(0, 4) : 0;
    const sign = choices.chance(0.8) ? choices.of(SIGNS) : '';
    result = result.slice(0, at) + sign + result.slice(at + removed);
  }
  return result;
}
