import {
  connection,
  get,
  keepAlive,
  post,
  receive,
  requestBytes,
} from '../harness/client-script.ts';
import { answer, route } from '../harness/configuration.ts';
import type { Group } from '../harness/scenario.ts';
import { halfClose, pause, send } from '../harness/step.ts';
import { reply, respond, respondAndClose } from '../harness/upstream-script.ts';

export const basics: Group = {
  name: 'basics',
  scenarios: [
    { name: 'a request is forwarded and its response returned', client: [get('/x?y=z')] },
    { name: 'a request body is forwarded', client: [post('/x', 'hello')] },
    { name: 'an empty request body is forwarded', client: [post('/x', '')] },
    {
      name: 'a connection serves several requests',
      client: [keepAlive(requestBytes('GET', '/1'), requestBytes('POST', '/2', [], 'body'))],
    },
    {
      name: 'an upstream connection serves several clients',
      client: [get('/1'), get('/2'), get('/3')],
    },
    {
      name: 'a chunked response is forwarded',
      client: [get('/')],
      upstream: respond(
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
        '6\r\n world\r\n0\r\n\r\n',
      ),
    },
    {
      name: 'a response that ends with the connection is forwarded',
      client: [get('/')],
      upstream: respondAndClose('HTTP/1.1 200 OK\r\n\r\nhello'),
    },
    {
      name: 'a response is forwarded with all its headers',
      client: [get('/')],
      upstream: reply(
        201,
        'made',
        'Content-Type: text/plain',
        'set-cookie: a=1',
        'set-cookie: b=2',
      ),
    },
    {
      name: 'request headers keep their order and are lower-cased',
      client: [
        get('/', 'X-First: 1', 'Accept: */*', 'X-Second: 2', 'x-first: again', 'User-Agent: probe'),
      ],
    },
    { name: 'no route is found', routes: [route({ prefix: '/api' })], client: [get('/other')] },
    { name: 'a route answers by itself', routes: [answer({}, 418, 'teapot')], client: [get('/')] },
    { name: 'a route answers without a body', routes: [answer({}, 204)], client: [get('/')] },
    {
      name: 'a client that half-closes after its request ends its stream',
      client: [connection(send(requestBytes('GET', '/')), pause(60), halfClose, receive())],
      upstream: { after: 'request', steps: [pause(200), ...reply(200, 'late').steps] },
    },
    {
      name: 'a large body passes both ways',
      client: [post('/', 'x'.repeat(300_000))],
      upstream: reply(200, 'y'.repeat(300_000)),
    },
  ],
};
