import {
  ask,
  block,
  body,
  fields,
  fieldsOf,
  frame,
  type Http2ClientScript,
  type Http2Step,
  http2,
  http2With,
  lastBody,
  number32,
  open,
  receiveEnd,
  resetStream,
  trailers,
} from '../harness/http2-script.ts';
import type { Group, Scenario } from '../harness/scenario.ts';
import { pause, send } from '../harness/step.ts';
import { hang, reply } from '../harness/upstream-script.ts';

const END = 1;
const END_HEADERS = 4;
const PADDED = 8;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const plain = block(fieldsOf('GET', '/'));

/** A request with these fields, then an ordinary one on the next stream. */
function head(name: string, ...lines: readonly string[]): Scenario {
  const second = [receiveEnd(1), ask(3, 'GET', '/second'), receiveEnd(3)];
  return { name, alone: true, client: [http2(fields(1, lines), ...second)] };
}

/** An ordinary request with one more field. */
function field(name: string, ...lines: readonly string[]): Scenario {
  return head(name, ...fieldsOf('GET', '/', lines));
}

/** Steps, with time for a request to get to the upstream, then an ordinary request on stream 101. */
function steps(name: string, ...done: readonly Http2Step[]): Scenario {
  const settled = done.flatMap((step) =>
    (step.do === 'headers' || step.do === 'data') && step.end !== true ? [step, pause(40)] : [step],
  );
  return {
    name,
    alone: true,
    client: [http2(...settled, ask(101, 'GET', '/after'), receiveEnd(101), pause(20))],
  };
}

function preface(name: string, ...done: readonly Http2Step[]): Scenario {
  const script: Http2ClientScript = http2With({ prefaced: false }, ...done, {
    do: 'receiveClose',
  });
  return { name, alone: true, client: [script] };
}

const fieldScenarios: readonly Scenario[] = [
  field('an upper-case name', 'X-Upper: a'),
  ...[
    'connection: close',
    'connection: keep-alive',
    'keep-alive: 5',
    'proxy-connection: keep-alive',
    'transfer-encoding: chunked',
    'upgrade: websocket',
    'http2-settings: AAMAAABk',
    'te: gzip',
    'te: trailers, deflate',
  ].map((line) => field(`the connection-specific field ${line}`, line)),
  field('a space in a name', 'x a: b'),
  field('a colon in a name', 'x:a: b'),
  field('a byte beyond ASCII in a name', 'x\xe9: b'),
  field('an underscore in a name', 'x_a: b'),
  field('a line feed in a value', 'x-a: b\nx-c: d'),
  field('a carriage return in a value', 'x-a: b\rc'),
  field('CR LF and a request in a value', 'x-a: b\r\n\r\nGET /evil HTTP/1.1\r\nhost: a'),
  field('NUL in a value', 'x-a: b\0c'),
  field('a control character in a value', 'x-a: b\x01c'),
  field('DEL in a value', 'x-a: b\x7fc'),
  field('a byte beyond ASCII in a value', 'x-a: b\xe9c'),
  field('a space before a value', 'x-a:  b'),
  field('a space behind a value', 'x-a: b '),
  field('a tab in a value', 'x-a: b\tc'),
  field('an empty value', 'x-a: '),
  {
    name: 'an empty name',
    alone: true,
    client: [
      http2(
        frame('HEADERS', END | END_HEADERS, 1, `${plain}\0\0\x01b`),
        ask(3, 'GET', '/second'),
        receiveEnd(1, 3),
      ),
    ],
  },
];

const pseudoHeaders: readonly Scenario[] = [
  head('no method', ':scheme: http', ':path: /', ':authority: a'),
  head('no path', ':method: GET', ':scheme: http', ':authority: a'),
  head('no scheme', ':method: GET', ':path: /', ':authority: a'),
  head('no authority and no host', ':method: GET', ':scheme: http', ':path: /'),
  head('an empty authority', ':method: GET', ':scheme: http', ':path: /', ':authority: '),
  head('an empty path', ':method: GET', ':scheme: http', ':path: ', ':authority: a'),
  head('an empty method', ':method: ', ':scheme: http', ':path: /', ':authority: a'),
  head('an empty scheme', ':method: GET', ':scheme: ', ':path: /', ':authority: a'),
  ...[':method: GET', ':scheme: http', ':path: /other', ':authority: b'].map((line) =>
    head(
      `a second ${line.split(':')[1]}`,
      ':method: GET',
      ':scheme: http',
      ':path: /',
      ':authority: a',
      line,
    ),
  ),
  head('a pseudo-header behind a field', ':method: GET', ':scheme: http', 'x-a: b', ':path: /'),
  field('an unknown pseudo-header', ':foo: bar'),
  field('a status in a request', ':status: 200'),
  field('a protocol without CONNECT', ':protocol: websocket'),
  ...[
    'path',
    '/a b',
    '/a\r\nx: y',
    '/a\0b',
    '/a\tb',
    '/\xe9',
    '/a#b',
    '//a',
    'http://example.test/x',
    '*',
    '/a HTTP/1.1\r\nhost: evil\r\n\r\n',
  ].map((path) =>
    head(
      `the path ${JSON.stringify(path)}`,
      ':method: GET',
      ':scheme: http',
      `:path: ${path}`,
      ':authority: a',
    ),
  ),
  ...['get', 'FOO', 'GE T', 'GET\r\n', 'G:T', 'PRI'].map((method) =>
    head(
      `the method ${JSON.stringify(method)}`,
      `:method: ${method}`,
      ':scheme: http',
      ':path: /',
      ':authority: a',
    ),
  ),
  ...['ftp', 'HTTP', 'ht tp', 'http\r\n'].map((scheme) =>
    head(
      `the scheme ${JSON.stringify(scheme)}`,
      ':method: GET',
      `:scheme: ${scheme}`,
      ':path: /',
      ':authority: a',
    ),
  ),
  ...['a b', 'a/b', 'user@a', 'a:99999', 'a\r\nx: y', 'A.Test', '[::1]:80', 'a,b', '\xe9'].map(
    (authority) =>
      head(
        `the authority ${JSON.stringify(authority)}`,
        ':method: GET',
        ':scheme: http',
        ':path: /',
        `:authority: ${authority}`,
      ),
  ),
  head('two hosts', ':method: GET', ':scheme: http', ':path: /', 'host: a', 'host: b'),
];

const bodies: readonly Scenario[] = [
  steps(
    'a body shorter than its content-length',
    open(1, 'POST', '/', 'content-length: 10'),
    lastBody(1, 'hello'),
    receiveEnd(1),
  ),
  steps(
    'a body longer than its content-length',
    open(1, 'POST', '/', 'content-length: 3'),
    lastBody(1, 'hello'),
    receiveEnd(1),
  ),
  steps('a content-length and no body', ask(1, 'POST', '/', 'content-length: 5'), receiveEnd(1)),
  steps(
    'a content-length that is no number',
    open(1, 'POST', '/', 'content-length: x'),
    lastBody(1, 'hello'),
    receiveEnd(1),
  ),
  steps(
    'two content-lengths that differ',
    open(1, 'POST', '/', 'content-length: 5', 'content-length: 6'),
    lastBody(1, 'hello'),
    receiveEnd(1),
  ),
  steps(
    'two content-lengths that are the same',
    open(1, 'POST', '/', 'content-length: 5', 'content-length: 5'),
    lastBody(1, 'hello'),
    receiveEnd(1),
  ),
  steps(
    'a content-length with trailers before it is reached',
    open(1, 'POST', '/', 'content-length: 10'),
    body(1, 'hello'),
    trailers(1, 'x-t: 1'),
    receiveEnd(1),
  ),
  ...[
    ['a pseudo-header', ':path: /x'],
    ['an upper-case name', 'X-T: 1'],
    ['connection', 'connection: close'],
    ['CR LF in a value', 'x-t: 1\r\n\r\n'],
    ['content-length', 'content-length: 7'],
    ['nothing that is wrong', 'x-t: 1'],
  ].map(([what, line = '']) =>
    steps(
      `trailers with ${what}`,
      open(1, 'POST', '/'),
      body(1, 'hello'),
      trailers(1, line),
      receiveEnd(1),
    ),
  ),
  steps(
    'trailers that do not end the stream',
    open(1, 'POST', '/'),
    body(1, 'hello'),
    fields(1, ['x-t: 1'], false),
    receiveEnd(1),
  ),
];

const u32 = number32;

const frames: readonly Scenario[] = [
  steps('DATA on stream 0', frame('DATA', 0, 0, 'x')),
  steps('DATA on an idle stream', frame('DATA', 0, 1, 'x')),
  {
    ...steps(
      'DATA on a stream that the client has ended',
      ask(1, 'GET', '/'),
      pause(40),
      frame('DATA', 0, 1, 'x'),
    ),
    upstream: [hang, reply(200, 'ok')],
  },
  steps(
    'DATA on a stream that is over',
    ask(1, 'GET', '/'),
    receiveEnd(1),
    frame('DATA', END, 1, 'x'),
  ),
  steps(
    'DATA on a stream that the client has reset',
    open(1, 'POST', '/'),
    pause(20),
    resetStream(1, 'CANCEL'),
    frame('DATA', 0, 1, 'x'),
  ),
  steps(
    'HEADERS on a stream that is over',
    ask(1, 'GET', '/'),
    receiveEnd(1),
    ask(1, 'GET', '/again'),
  ),
  steps('HEADERS on stream 0', frame('HEADERS', END | END_HEADERS, 0, plain)),
  steps('HEADERS on an even stream', frame('HEADERS', END | END_HEADERS, 2, plain)),
  steps('HEADERS on a lower stream', ask(5, 'GET', '/'), receiveEnd(5), ask(3, 'GET', '/lower')),
  steps('padding longer than the frame', open(1, 'POST', '/'), frame('DATA', PADDED, 1, '\xffx')),
  steps(
    'padding longer than the header block',
    frame('HEADERS', END | END_HEADERS | PADDED, 1, `\xff${plain}`),
  ),
  steps('RST_STREAM on stream 0', frame('RST_STREAM', 0, 0, u32(8))),
  steps('RST_STREAM on an idle stream', frame('RST_STREAM', 0, 1, u32(8))),
  steps('RST_STREAM of 3 bytes', open(1, 'POST', '/'), frame('RST_STREAM', 0, 1, '\0\0\0')),
  steps('a credit of 0 for a stream', open(1, 'POST', '/'), frame('WINDOW_UPDATE', 0, 1, u32(0))),
  steps('a credit of 0 for the connection', frame('WINDOW_UPDATE', 0, 0, u32(0))),
  steps(
    'too much credit for a stream',
    open(1, 'POST', '/'),
    frame('WINDOW_UPDATE', 0, 1, u32(0x7fff_ffff)),
  ),
  steps('too much credit for the connection', frame('WINDOW_UPDATE', 0, 0, u32(0x7fff_ffff))),
  steps('a credit of 3 bytes', frame('WINDOW_UPDATE', 0, 0, '\0\0\x01')),
  steps('a credit for an idle stream', frame('WINDOW_UPDATE', 0, 1, u32(1))),
  steps('SETTINGS on a stream', frame('SETTINGS', 0, 1, '')),
  steps('SETTINGS of 5 bytes', frame('SETTINGS', 0, 0, '\0\x03\0\0\0')),
  steps('an acknowledgement of SETTINGS with content', frame('SETTINGS', 1, 0, '\0\x03\0\0\0\x01')),
  steps('too large an initial window', frame('SETTINGS', 0, 0, `\0\x04${u32(0x8000_0000)}`)),
  steps('too small a frame size', frame('SETTINGS', 0, 0, `\0\x05${u32(16_383)}`)),
  steps('too large a frame size', frame('SETTINGS', 0, 0, `\0\x05${u32(16_777_216)}`)),
  steps('ENABLE_PUSH of 2', frame('SETTINGS', 0, 0, `\0\x02${u32(2)}`)),
  steps('an unknown setting', frame('SETTINGS', 0, 0, `\xff\x02${u32(2)}`)),
  steps('an acknowledgement that nobody waits for', frame('SETTINGS', 1, 0, '', 3)),
  steps(
    'an initial window that makes a window overflow',
    open(1, 'POST', '/'),
    frame('WINDOW_UPDATE', 0, 1, u32(0x7fff_ffff - (1 << 20))),
    frame('SETTINGS', 0, 0, `\0\x04${u32(0x7fff_ffff)}`),
  ),
  steps('PING on a stream', frame('PING', 0, 1, 'whatever')),
  steps('PING of 7 bytes', frame('PING', 0, 0, 'whateve')),
  steps('GOAWAY on a stream', frame('GOAWAY', 0, 1, `${u32(0)}${u32(0)}`)),
  steps('GOAWAY of 7 bytes', frame('GOAWAY', 0, 0, 'whateve')),
  steps('PRIORITY on stream 0', frame('PRIORITY', 0, 0, `${u32(1)}\x10`)),
  steps('PRIORITY of 4 bytes', frame('PRIORITY', 0, 1, u32(0))),
  steps('PRIORITY on the stream itself', frame('PRIORITY', 0, 1, `${u32(1)}\x10`)),
  steps(
    'HEADERS that depend on themselves',
    frame('HEADERS', END | END_HEADERS | 32, 1, `${u32(1)}\x10${plain}`),
  ),
  steps('CONTINUATION without HEADERS', frame('CONTINUATION', END_HEADERS, 1, plain)),
  steps(
    'another frame before CONTINUATION',
    frame('HEADERS', END, 1, plain.slice(0, 10)),
    frame('PING', 0, 0, 'whatever'),
    frame('CONTINUATION', END_HEADERS, 1, plain.slice(10)),
  ),
  steps(
    'CONTINUATION of another stream',
    frame('HEADERS', END, 1, plain.slice(0, 10)),
    frame('CONTINUATION', END_HEADERS, 3, plain.slice(10)),
  ),
  steps(
    'an unknown frame before CONTINUATION',
    frame('HEADERS', END, 1, plain.slice(0, 10)),
    frame(0x42, 0, 1, 'x'),
    frame('CONTINUATION', END_HEADERS, 1, plain.slice(10)),
  ),
  steps(
    'a header block in three frames',
    frame('HEADERS', END, 1, plain.slice(0, 10)),
    frame('CONTINUATION', 0, 1, plain.slice(10, 20)),
    frame('CONTINUATION', END_HEADERS, 1, plain.slice(20)),
    receiveEnd(1),
  ),
  steps(
    'DATA of more than 16384 bytes',
    open(1, 'POST', '/'),
    frame('DATA', END, 1, 'x'.repeat(16_385)),
  ),
  steps(
    'a frame of more than 16384 bytes of an unknown type',
    frame(0x42, 0, 0, 'x'.repeat(20_000)),
  ),
  steps('an index that is not in the table', frame('HEADERS', 5, 1, '\xff\x80\x01')),
  steps('the index 0', frame('HEADERS', 5, 1, '\x80')),
  steps('a header block that is cut off', frame('HEADERS', 5, 1, plain.slice(0, -3))),
  steps(
    'a Huffman code with too much padding',
    frame('HEADERS', 5, 1, '\x82\x86\x84\x41\x82\xff\xff'),
  ),
  steps('a table size above the limit', frame('HEADERS', 5, 1, `\x3f\xff\xff\x03${plain}`)),
  steps('a table size in the middle of a block', frame('HEADERS', 5, 1, `${plain}\x20`)),
];

const prefaces: readonly Scenario[] = [
  preface('the preface is wrong at its end', send(`${PREFACE.slice(0, -4)}\r\nXX`)),
  preface('the first frame is no SETTINGS', send(PREFACE), frame('PING', 0, 0, 'whatever')),
  preface('the first frame is HEADERS', send(PREFACE), frame('HEADERS', 5, 1, plain)),
  preface('no HTTP at all', send('\0\0\0\x04\0\0\0\0\0')),
];

export const h2Malformed: Group = {
  name: 'h2-malformed',
  scenarios: [...fieldScenarios, ...pseudoHeaders, ...bodies, ...frames, ...prefaces],
};
