import {
  connection,
  post,
  raw,
  receive,
  receiveClose,
  requestBytes,
} from '../harness/client-script.ts';
import { answer } from '../harness/configuration.ts';
import type { Group, Scenario } from '../harness/scenario.ts';
import { close, halfClose, inPieces, pause, reset, send } from '../harness/step.ts';
import { onHead, receiveRequest, reply, respond } from '../harness/upstream-script.ts';

const HOST = 'host: example.test\r\n';

const POST = `POST / HTTP/1.1\r\n${HOST}`;

const CHUNKED = `${POST}transfer-encoding: chunked\r\n`;

function bytes(name: string, ...pieces: readonly string[]): Scenario {
  return { name, client: [raw(...pieces)] };
}

/** HTTP/1.0. */
const oldVersion: readonly Scenario[] = [
  bytes('HTTP/1.0 is refused by default', `GET / HTTP/1.0\r\n${HOST}\r\n`),
  {
    name: 'HTTP/1.0 is accepted when enabled',
    manager: { http_protocol_options: { accept_http_10: true } },
    client: [raw(`GET / HTTP/1.0\r\n${HOST}\r\n`)],
  },
  {
    name: 'HTTP/1.0 with keep-alive',
    manager: { http_protocol_options: { accept_http_10: true } },
    client: [connection(...twice(`GET / HTTP/1.0\r\n${HOST}connection: keep-alive\r\n\r\n`))],
  },
  {
    name: 'HTTP/1.0 without a host gets the default host',
    manager: {
      http_protocol_options: { accept_http_10: true, default_host_for_http_10: 'default.test' },
    },
    client: [raw('GET / HTTP/1.0\r\n\r\n')],
  },
  {
    name: 'HTTP/1.0 without a host and without a default',
    manager: { http_protocol_options: { accept_http_10: true } },
    client: [raw('GET / HTTP/1.0\r\n\r\n')],
  },
  {
    name: 'a chunked response to HTTP/1.0',
    manager: { http_protocol_options: { accept_http_10: true } },
    upstream: respond('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'),
    client: [raw(`GET / HTTP/1.0\r\n${HOST}\r\n`)],
  },
  {
    name: 'a chunked request in HTTP/1.0 when enabled',
    manager: { http_protocol_options: { accept_http_10: true } },
    client: [
      raw(`POST / HTTP/1.0\r\n${HOST}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`),
    ],
  },
  {
    name: 'a POST in HTTP/1.0 when enabled',
    manager: { http_protocol_options: { accept_http_10: true } },
    client: [raw(`POST / HTTP/1.0\r\n${HOST}content-length: 3\r\n\r\nabc`)],
  },
];

/** Several requests on a connection, and connections that end early. */
const pipelining: readonly Scenario[] = [
  {
    name: 'pipelined requests are answered in order',
    upstream: [respondAfter(60, 'first'), reply(200, 'second'), reply(200, 'third')],
    client: [
      connection(
        send(['/1', '/2', '/3'].map((path) => requestBytes('GET', path)).join('')),
        receive(3),
      ),
    ],
  },
  {
    name: 'pipelined requests with bodies',
    client: [
      connection(
        send(
          `${requestBytes('POST', '/1', [], 'one')}${CHUNKED}\r\n3\r\ntwo\r\n0\r\n\r\n${requestBytes('GET', '/3')}`,
        ),
        receive(3),
      ),
    ],
  },
  {
    name: 'a pipelined request after connection: close is not served',
    client: [
      connection(
        send(requestBytes('GET', '/1', ['connection: close']) + requestBytes('GET', '/2')),
        receiveClose,
      ),
    ],
  },
  {
    name: 'a malformed pipelined request does not harm the one before',
    client: [connection(send(`${requestBytes('GET', '/1')}GARBAGE\r\n\r\n`), receive(2))],
  },
  {
    name: 'a malformed pipelined request while the one before waits',
    upstream: respondAfter(80, 'late'),
    client: [connection(send(`${requestBytes('GET', '/1')}GARBAGE\r\n\r\n`), receive(2))],
  },
  {
    name: 'a local reply before the pipelined one',
    routes: [answer({ path: '/1' }, 403, 'no'), answer({}, 200, 'yes')],
    client: [
      connection(
        send(requestBytes('POST', '/1', [], 'body') + requestBytes('GET', '/2')),
        receive(2),
      ),
    ],
  },
  {
    name: 'an empty line between two requests',
    client: [
      connection(
        send(`${requestBytes('GET', '/1')}\r\n\r\n${requestBytes('GET', '/2')}`),
        receive(2),
      ),
    ],
  },
  {
    name: 'bytes beyond the content-length are the next request',
    client: [
      connection(
        send(`${POST}content-length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n${HOST}\r\n`),
        receive(2),
      ),
    ],
  },
  {
    name: 'a client that leaves within the head',
    client: [connection(send('GET / HTTP/1.1\r\nho'), pause(30), close)],
  },
  {
    name: 'a client that leaves before a byte',
    client: [connection(pause(30), close)],
  },
  {
    name: 'a client that leaves within the body',
    client: [connection(send(`${POST}content-length: 10\r\n\r\nabc`), pause(60), close)],
  },
  {
    name: 'a client that leaves within a chunk',
    client: [connection(send(`${CHUNKED}\r\n5\r\nab`), pause(60), close)],
  },
  {
    name: 'a client that resets within the body',
    client: [connection(send(`${POST}content-length: 10\r\n\r\nabc`), pause(60), reset)],
  },
  {
    name: 'a client that leaves while the upstream is at work',
    upstream: respondAfter(300, 'late'),
    client: [connection(send(requestBytes('GET', '/')), pause(80), close)],
  },
  {
    name: 'a client that half-closes within the body',
    client: [
      connection(send(`${POST}content-length: 10\r\n\r\nabc`), pause(60), halfClose, receiveClose),
    ],
  },
];

/** Expect: 100-continue and interim responses. */
const expectation: readonly Scenario[] = [
  {
    name: 'expect: 100-continue is answered by the proxy',
    client: [
      connection(
        send(`${POST}expect: 100-continue\r\ncontent-length: 5\r\n\r\n`),
        ...inPieces(['', 'hello']),
        receive(),
      ),
    ],
  },
  {
    name: 'expect: 100-continue in another case',
    client: [
      connection(
        send(`${POST}Expect: 100-Continue\r\ncontent-length: 5\r\n\r\n`),
        pause(40),
        send('hello'),
        receive(),
      ),
    ],
  },
  {
    name: 'expect: 100-continue with the body at once',
    client: [raw(`${POST}expect: 100-continue\r\ncontent-length: 5\r\n\r\nhello`)],
  },
  {
    name: 'expect: 100-continue without a body',
    client: [raw(`GET / HTTP/1.1\r\n${HOST}expect: 100-continue\r\n\r\n`)],
  },
  {
    name: 'an unknown expectation',
    client: [raw(`${POST}expect: miracle\r\ncontent-length: 5\r\n\r\nhello`)],
  },
  {
    name: 'expect: 100-continue is forwarded when configured',
    manager: { proxy_100_continue: true },
    upstream: onHead(
      send('HTTP/1.1 100 Continue\r\n\r\n'),
      receiveRequest,
      ...reply(200, 'done').steps,
    ),
    client: [
      connection(
        send(`${POST}expect: 100-continue\r\ncontent-length: 5\r\n\r\n`),
        pause(60),
        send('hello'),
        receive(),
      ),
    ],
  },
  {
    name: 'a refusal while the client waits for 100-continue',
    manager: { proxy_100_continue: true },
    upstream: onHead(...reply(417, 'no').steps),
    client: [
      connection(send(`${POST}expect: 100-continue\r\ncontent-length: 5\r\n\r\n`), receive()),
    ],
  },
  {
    name: 'a local reply to a request that expects 100-continue',
    routes: [answer({}, 403, 'no')],
    client: [
      connection(send(`${POST}expect: 100-continue\r\ncontent-length: 5\r\n\r\n`), receive()),
    ],
  },
];

/** Responses before the request is complete. */
const early: readonly Scenario[] = [
  {
    name: 'an early response while the client still sends',
    upstream: onHead(...reply(413, 'too much').steps),
    client: [connection(send(`${POST}content-length: 10\r\n\r\nabc`), receive())],
  },
  {
    name: 'an early response to a chunked request',
    upstream: onHead(...reply(200, 'early').steps),
    client: [
      connection(send(`${CHUNKED}\r\n3\r\nabc\r\n`), receive(), pause(30), send('0\r\n\r\n')),
    ],
  },
  {
    name: 'a local reply while the client still sends',
    routes: [answer({}, 403, 'no')],
    client: [connection(send(`${POST}content-length: 10\r\n\r\nabc`), receive())],
  },
  {
    name: 'a local reply to a complete request with a body closes the connection',
    routes: [answer({}, 403, 'no')],
    client: [post('/', 'abc')],
  },
  {
    name: 'no route while the client still sends',
    routes: [answer({ path: '/x' }, 200)],
    client: [connection(send(`${POST}content-length: 10\r\n\r\nabc`), receive())],
  },
];

function respondAfter(ms: number, body: string) {
  const { after, steps } = reply(200, body);
  return { after, steps: [pause(ms), ...steps] };
}

function twice(bytesOfRequest: string) {
  return [send(bytesOfRequest), receive(), send(bytesOfRequest), receive()];
}

export const requestSequence: Group = {
  name: 'request-sequence',
  scenarios: [...oldVersion, ...pipelining, ...expectation, ...early],
};
