import t, { type Test } from 'tap';
import { ClientHarness } from './client-harness.ts';
import type { HeardMessage } from './message-log.ts';
import { hear } from './server-harness.ts';

const HOST = 'host: example.test\r\n';

const REQUESTS: Readonly<Record<string, string>> = {
  'a GET': `GET /a?b=c HTTP/1.1\r\n${HOST}accept: */*\r\nX-Mixed-Case: Yes\r\n\r\n`,
  'a body of known length': `POST / HTTP/1.1\r\n${HOST}content-length: 11\r\n\r\nhello world`,
  'a chunked body':
    `POST / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n` +
    '5\r\nhello\r\n6;ext="a;b\\"c" ; x=y\r\n world\r\n0\r\n\r\n',
  'a chunked body with trailers':
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n` +
    'b\r\nhello world\r\n0\r\nX-Sum: 9\r\nx-more:\t1 \r\n\r\n',
  'three pipelined requests with blank lines before them':
    `\r\nPOST /1 HTTP/1.1\r\n${HOST}content-length: 3\r\n\r\nabc` +
    `\r\n\r\nGET /2 HTTP/1.1\r\n${HOST}\r\n` +
    `PUT /3 HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
  'an absolute target': `GET http://other.test:81/x HTTP/1.1\r\n${HOST}\r\n`,
  'an upgrade with bytes behind it': `GET /chat HTTP/1.1\r\n${HOST}connection: Upgrade\r\nupgrade: websocket\r\n\r\n\x81\x05hello`,
  'a malformed header': `GET / HTTP/1.1\r\n${HOST}x a: 1\r\n\r\n`,
  'a malformed request behind a good one': `GET / HTTP/1.1\r\n${HOST}\r\nGET / HTTP/1.1\r\n x: 1\r\n\r\n`,
  'a malformed chunk': `POST / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n`,
  'a request of HTTP/1.0': `GET / HTTP/1.0\r\n${HOST}\r\n`,
  'a request of HTTP/0.9': 'GET /\r\n',
};

const RESPONSES: Readonly<Record<string, string>> = {
  'a body of known length': 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX-A: b\r\n\r\nhello',
  'no body': 'HTTP/1.1 204 No Content\r\nx-a: b\r\n\r\n',
  'no reason phrase': 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n',
  'chunked with trailers':
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 9\r\n\r\n',
  'interim responses before the final one':
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n' +
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  'a body that ends with the connection': 'HTTP/1.0 200 OK\r\nx-a: b\r\n\r\nhello world',
  'a malformed status line': 'HTTP/1.1 20x OK\r\ncontent-length: 0\r\n\r\n',
  'a malformed chunk': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc0\r\n\r\n',
  'a second response that nobody asked for':
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n',
};

function respond(pieces: readonly string[]): HeardMessage[] {
  const harness = new ClientHarness();
  harness.ask();
  for (const piece of pieces) harness.feed(piece);
  harness.transport.feedEnd();
  harness.transport.close();
  return [...harness.heard, { ...EMPTY, start: `${harness.ends} ${harness.protocolErrors}` }];
}

const EMPTY: HeardMessage = {
  start: '',
  fields: [],
  interim: [],
  body: '',
  trailers: undefined,
  isComplete: true,
  failure: undefined,
};

function checkCuts(
  t: Test,
  bytes: string,
  read: (pieces: readonly string[]) => HeardMessage[],
): void {
  const whole = JSON.stringify(read([bytes]));
  const differing: number[][] = [];
  for (let first = 1; first < bytes.length; first++) {
    for (let second = first; second < bytes.length; second++) {
      const pieces = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
      const present = pieces.filter((piece) => piece !== '');
      if (JSON.stringify(read(present)) !== whole) differing.push([first, second]);
    }
  }
  t.same(differing, [], 'one or two cuts change nothing');
  t.equal(JSON.stringify(read([...bytes])), whole, 'a cut behind every byte changes nothing');
}

for (const [name, bytes] of Object.entries(REQUESTS)) {
  t.test(`${name} may be cut anywhere`, async (t) => checkCuts(t, bytes, hear));
}

for (const [name, bytes] of Object.entries(RESPONSES)) {
  t.test(`a response with ${name} may be cut anywhere`, async (t) => checkCuts(t, bytes, respond));
}
