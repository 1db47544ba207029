import { connection, get, raw, receive, receiveClose } from '../harness/client-script.ts';
import { answer, route } from '../harness/configuration.ts';
import {
  ask,
  body,
  fields,
  fieldsOf,
  frame,
  http2,
  http2Fields,
  http2Get,
  http2Post,
  http2With,
  lastBody,
  number32,
  open,
  receiveEnd,
  receiveGoaway,
  resetStream,
  trailers,
} from '../harness/http2-script.ts';
import type { Group, Scenario } from '../harness/scenario.ts';
import { close, halfClose, pause, reset, send } from '../harness/step.ts';
import { hang, onHead, onRequest, reply, respond } from '../harness/upstream-script.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const EMPTY_SETTINGS = '\x00\x00\x00\x04\x00\x00\x00\x00\x00';
const slow = { after: 'request' as const, steps: [pause(150), ...reply(200, 'late').steps] };

const messages: readonly Scenario[] = [
  { name: 'a request is forwarded and its response returned', client: [http2Get('/x?y=z')] },
  { name: 'a request body is forwarded', client: [http2Post('/x', 'hello')] },
  { name: 'a POST ends with its head', client: [http2(ask(1, 'POST', '/'), receiveEnd(1))] },
  {
    name: 'a POST ends with an empty DATA frame',
    client: [http2(open(1, 'POST', '/'), lastBody(1, ''), receiveEnd(1))],
  },
  {
    name: 'a body in several frames',
    client: [
      http2(
        open(1, 'POST', '/'),
        body(1, 'one'),
        pause(20),
        body(1, 'two'),
        pause(20),
        lastBody(1, 'three'),
        receiveEnd(1),
      ),
    ],
  },
  {
    name: 'a body with content-length',
    client: [http2Post('/', 'hello', 'content-length: 5')],
  },
  {
    name: 'a large body passes both ways',
    client: [http2Post('/', 'x'.repeat(300_000))],
    upstream: reply(200, 'y'.repeat(300_000)),
  },
  {
    name: 'header fields keep their order',
    client: [http2Get('/', 'x-first: 1', 'accept: */*', 'x-second: 2', 'x-first: again')],
  },
  {
    name: 'a response is returned with all its headers',
    client: [http2Get('/')],
    upstream: reply(201, 'made', 'Content-Type: text/plain', 'set-cookie: a=1', 'set-cookie: b=2'),
  },
  {
    name: 'a chunked response',
    client: [http2Get('/')],
    upstream: respond(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
      '6\r\n world\r\n0\r\n\r\n',
    ),
  },
  {
    name: 'cookie fields are joined',
    client: [http2Get('/', 'cookie: a=1', 'x-a: b', 'cookie: c=2')],
  },
  {
    name: 'empty cookie fields are joined',
    client: [http2Get('/', 'cookie: ', 'cookie: a=1', 'cookie: ', 'cookie: b=2', 'cookie: ')],
  },
  { name: 'no route is found', routes: [route({ prefix: '/api' })], client: [http2Get('/other')] },
  {
    name: 'a route answers by itself',
    routes: [answer({}, 418, 'teapot')],
    client: [http2Get('/')],
  },
  { name: 'a route answers without a body', routes: [answer({}, 204)], client: [http2Get('/')] },
  {
    name: 'a redirect',
    routes: [route({ redirect: { path_redirect: '/new' } })],
    client: [http2Get('/old')],
  },
  {
    name: 'host instead of an authority',
    client: [http2Fields(':method: GET', ':scheme: http', ':path: /', 'host: other.test')],
  },
  {
    name: 'host and another authority',
    client: [http2Get('/', 'host: other.test')],
  },
  {
    name: 'host and the same authority',
    client: [http2Get('/', 'host: example.test')],
  },
  {
    name: 'the scheme https on a plain connection',
    client: [http2Fields(':method: GET', ':scheme: https', ':path: /', ':authority: example.test')],
  },
  { name: 'OPTIONS *', client: [http2(ask(1, 'OPTIONS', '*'), receiveEnd(1))] },
  { name: 'te: trailers', client: [http2Get('/', 'te: trailers')] },
  { name: 'expect: 100-continue', client: [http2Post('/', 'hello', 'expect: 100-continue')] },
  {
    name: 'request trailers towards HTTP/1.1',
    client: [http2(open(1, 'POST', '/'), body(1, 'hello'), trailers(1, 'x-t: 1'), receiveEnd(1))],
  },
  {
    name: 'the access log says HTTP/2',
    logs: [
      {
        format: {
          text_format_source: {
            inline_string: '%PROTOCOL% %REQ(:SCHEME)% %REQ(:AUTHORITY)% %RESPONSE_CODE%\n',
          },
        },
      },
    ],
    client: [http2Get('/')],
  },
];

const connections: readonly Scenario[] = [
  {
    name: 'the settings that a client is told',
    showsHttp2Settings: true,
    alone: true,
    client: [http2({ do: 'receiveSettings' }, ask(1, 'GET', '/'), receiveEnd(1))],
  },
  {
    name: 'streams one after another',
    alone: true,
    client: [
      http2(
        ask(1, 'GET', '/1'),
        receiveEnd(1),
        open(3, 'POST', '/2'),
        lastBody(3, 'body'),
        receiveEnd(3),
        ask(5, 'GET', '/3'),
        receiveEnd(5),
      ),
    ],
  },
  {
    name: 'a later stream is answered first',
    upstream: [slow, reply(200, 'soon')],
    client: [http2(ask(1, 'GET', '/1'), pause(40), ask(3, 'GET', '/2'), receiveEnd(1, 3))],
  },
  {
    name: 'stream identifiers with gaps',
    client: [http2(ask(7, 'GET', '/1'), receiveEnd(7), ask(101, 'GET', '/2'), receiveEnd(101))],
  },
  {
    name: 'bodies of two streams in turns',
    client: [
      http2(
        open(1, 'POST', '/1'),
        open(3, 'POST', '/2'),
        body(1, 'a'),
        body(3, 'b'),
        lastBody(1, 'c'),
        lastBody(3, 'd'),
        receiveEnd(1, 3),
      ),
    ],
  },
  {
    name: 'codec_type HTTP2',
    manager: { codec_type: 'HTTP2' },
    client: [http2Get('/')],
  },
  {
    name: 'codec_type HTTP2 and a request in HTTP/1.1',
    manager: { codec_type: 'HTTP2' },
    client: [connection(send('GET / HTTP/1.1\r\nhost: a\r\n\r\n'), receiveClose)],
  },
  {
    name: 'codec_type HTTP1 and a preface',
    manager: { codec_type: 'HTTP1' },
    client: [raw(`${PREFACE}${EMPTY_SETTINGS}`)],
  },
  {
    name: 'codec_type AUTO and requests in both',
    manager: { codec_type: 'AUTO' },
    client: [get('/1'), http2Get('/2')],
  },
  {
    name: 'a preface in pieces',
    client: [
      http2With(
        { prefaced: false },
        send(PREFACE.slice(0, 2)),
        pause(20),
        send(PREFACE.slice(2, 17)),
        pause(20),
        send(`${PREFACE.slice(17)}${EMPTY_SETTINGS}`),
        ask(1, 'GET', '/'),
        receiveEnd(1),
      ),
    ],
  },
  {
    name: 'a request that begins like a preface',
    client: [connection(send('PRI'), pause(20), send(' /x HTTP/1.1\r\n\r\n'), receive())],
  },
  {
    name: 'a preface alone, and the client leaves',
    client: [http2With({ prefaced: false }, send(PREFACE), pause(40), close)],
  },
  {
    name: 'a PING is answered',
    alone: true,
    client: [
      http2(
        frame('PING', 0, 0, 'whatever'),
        { do: 'receivePingAck', count: 1 },
        ask(1, 'GET', '/'),
        receiveEnd(1),
      ),
    ],
  },
  {
    name: 'SETTINGS are acknowledged',
    client: [
      http2(frame('SETTINGS', 0, 0, ''), frame('SETTINGS', 0, 0, '\x00\x03\x00\x00\x00\x07'), {
        do: 'receiveSettingsAck',
        count: 3,
      }),
    ],
  },
  {
    name: 'a client says GOAWAY and takes its response',
    alone: true,
    upstream: slow,
    client: [
      http2(ask(1, 'GET', '/'), { do: 'goaway', last: 0, code: 'NO_ERROR' }, receiveEnd(1), {
        do: 'receiveClose',
      }),
    ],
  },
  {
    name: 'a client says GOAWAY with an error',
    alone: true,
    upstream: slow,
    client: [
      http2(ask(1, 'GET', '/'), { do: 'goaway', last: 0, code: 'INTERNAL_ERROR' }, receiveEnd(1)),
    ],
  },
  {
    name: 'a client half-closes after its request',
    upstream: slow,
    client: [http2(ask(1, 'GET', '/'), pause(40), halfClose, receiveEnd(1))],
  },
  {
    name: 'a client leaves with streams under way',
    alone: true,
    upstream: hang,
    client: [http2(ask(1, 'GET', '/1'), ask(3, 'GET', '/2'), pause(60), close)],
  },
  {
    name: 'a client resets its connection with a stream under way',
    upstream: hang,
    client: [http2(ask(1, 'GET', '/1'), pause(60), reset)],
  },
  {
    name: 'a client cancels before the response',
    alone: true,
    upstream: hang,
    client: [http2(ask(1, 'GET', '/'), pause(60), resetStream(1, 'CANCEL'), pause(30))],
  },
  {
    name: 'a client cancels in the middle of its body',
    alone: true,
    upstream: onHead(),
    client: [
      http2(open(1, 'POST', '/'), body(1, 'hello'), pause(60), resetStream(1, 'CANCEL'), pause(30)),
    ],
  },
  {
    name: 'a client cancels in the middle of the response',
    alone: true,
    upstream: onRequest(send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello')),
    client: [
      http2(
        ask(1, 'GET', '/'),
        { do: 'receiveBytes', stream: 1, bytes: 5 },
        resetStream(1, 'CANCEL'),
        pause(30),
      ),
    ],
  },
  {
    name: 'a cancelled stream leaves the others alone',
    upstream: [hang, slow],
    client: [
      http2(
        ask(1, 'GET', '/1'),
        pause(30),
        ask(3, 'GET', '/2'),
        pause(30),
        resetStream(1, 'CANCEL'),
        receiveEnd(3),
      ),
    ],
  },
  {
    name: 'a frame of an unknown type is ignored',
    alone: true,
    client: [http2(frame(0x42, 0xff, 1, 'whatever'), ask(1, 'GET', '/'), receiveEnd(1))],
  },
  {
    name: 'PRIORITY is ignored',
    client: [
      http2(frame('PRIORITY', 0, 3, `${number32(0)}\x10`), ask(1, 'GET', '/'), receiveEnd(1)),
    ],
  },
  {
    name: 'a padded body',
    client: [
      http2(open(1, 'POST', '/'), frame('DATA', 9, 1, '\x05hello\0\0\0\0\0'), receiveEnd(1)),
    ],
  },
  {
    name: 'PUSH_PROMISE is refused',
    alone: true,
    client: [http2(frame('PUSH_PROMISE', 4, 1, number32(2)), receiveGoaway)],
  },
  {
    name: 'the exact fields of a request without anything else',
    client: [http2(fields(1, fieldsOf('GET', '/')), receiveEnd(1))],
  },
];

export const h2Basics: Group = { name: 'h2-basics', scenarios: [...messages, ...connections] };
