import {
  connection,
  get,
  raw,
  receive,
  receiveClose,
  receiveText,
  requestBytes,
} from '../harness/client-script.ts';
import { answer, route } from '../harness/configuration.ts';
import type { Group, Scenario } from '../harness/scenario.ts';
import { close, halfClose, pause, send } from '../harness/step.ts';
import { echo, onHead, onRequest, reply, respond } from '../harness/upstream-script.ts';

const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n';
const ASK = requestBytes('GET', '/chat', [
  'connection: Upgrade',
  'Upgrade: websocket',
  'sec-websocket-key: x',
]);
const enabled = { upgrade_configs: [{ upgrade_type: 'websocket' }] };
const accepts = onRequest(send(SWITCH), echo);

const webSocket: readonly Scenario[] = [
  {
    name: 'a WebSocket tunnel carries bytes both ways',
    manager: enabled,
    upstream: accepts,
    client: [
      connection(
        send(ASK),
        receiveText('\r\n\r\n'),
        send('ping'),
        receiveText('ping'),
        send('pong'),
        receiveText('pong'),
        close,
      ),
    ],
  },
  {
    name: 'bytes right behind the upgrade request are tunnelled',
    manager: enabled,
    upstream: accepts,
    client: [connection(send(`${ASK}ping`), receiveText('ping'), close)],
  },
  {
    name: 'bytes right behind the 101 are tunnelled',
    manager: enabled,
    upstream: onRequest(send(`${SWITCH}hello`), echo),
    client: [connection(send(ASK), receiveText('hello'), close)],
  },
  {
    name: 'the upstream closes a tunnel',
    manager: enabled,
    upstream: onRequest(send(`${SWITCH}bye`), pause(30), close),
    client: [connection(send(ASK), receiveText('bye'), receiveClose)],
  },
  {
    name: 'the client half-closes a tunnel',
    manager: enabled,
    upstream: accepts,
    client: [
      connection(
        send(ASK),
        receiveText('\r\n\r\n'),
        send('last'),
        receiveText('last'),
        halfClose,
        receiveClose,
      ),
    ],
  },
  {
    name: 'the upstream declines an upgrade',
    manager: enabled,
    upstream: reply(404, 'no chat'),
    client: [connection(send(ASK), receive())],
  },
  {
    name: 'the upstream answers an upgrade with 200',
    manager: enabled,
    upstream: reply(200, 'no chat'),
    client: [connection(send(ASK), receive())],
  },
  {
    name: 'the upstream declines an upgrade with 426',
    manager: enabled,
    upstream: reply(426, 'other'),
    client: [connection(send(ASK), receive())],
  },
  {
    name: 'an upgrade to a protocol that is not enabled',
    manager: enabled,
    client: [get('/', 'connection: upgrade', 'upgrade: other')],
  },
  {
    name: 'the upgrade type is compared without case',
    manager: enabled,
    upstream: accepts,
    client: [
      connection(
        send(requestBytes('GET', '/', ['connection: upgrade', 'upgrade: WebSocket'])),
        receiveText('\r\n\r\n'),
        close,
      ),
    ],
  },
  {
    name: 'a list of upgrade protocols',
    manager: enabled,
    client: [get('/', 'connection: upgrade', 'upgrade: websocket, other')],
  },
  {
    name: 'connection lists upgrade among others',
    manager: enabled,
    upstream: accepts,
    client: [
      connection(
        send(requestBytes('GET', '/', ['connection: keep-alive, Upgrade', 'upgrade: websocket'])),
        receiveText('\r\n\r\n'),
        close,
      ),
    ],
  },
  {
    name: 'an upgrade with a body',
    manager: enabled,
    upstream: onHead(send(SWITCH), echo),
    client: [
      connection(
        send(requestBytes('GET', '/', ['connection: upgrade', 'upgrade: websocket'], 'body')),
        receiveText('\r\n\r\n'),
        pause(30),
        close,
      ),
    ],
  },
  {
    name: 'a route turns an upgrade off',
    manager: enabled,
    routes: [
      route({ action: { upgrade_configs: [{ upgrade_type: 'websocket', enabled: false }] } }),
    ],
    client: [raw(ASK)],
  },
  {
    name: 'a route turns an upgrade on',
    manager: { upgrade_configs: [{ upgrade_type: 'websocket', enabled: false }] },
    routes: [route({ action: { upgrade_configs: [{ upgrade_type: 'websocket' }] } })],
    upstream: accepts,
    client: [connection(send(ASK), receiveText('\r\n\r\n'), close)],
  },
  {
    name: 'a route alone names an upgrade',
    routes: [route({ action: { upgrade_configs: [{ upgrade_type: 'websocket' }] } })],
    client: [raw(ASK)],
  },
  {
    name: 'an upgrade on a route that answers by itself',
    manager: enabled,
    routes: [answer({}, 200, 'plain')],
    client: [raw(ASK)],
  },
  {
    name: 'the client leaves an upgrade before the answer',
    manager: enabled,
    upstream: { after: 'request', steps: [] },
    client: [connection(send(ASK), pause(60), close)],
  },
  {
    name: 'an upgrade has no route timeout once it is switched',
    manager: enabled,
    routes: [route({ action: { timeout: '0.1s' } })],
    upstream: accepts,
    client: [
      connection(
        send(ASK),
        receiveText('\r\n\r\n'),
        pause(200),
        send('ping'),
        receiveText('ping'),
        close,
      ),
    ],
  },
  {
    name: 'an upgrade with HTTP/1.0 in the answer',
    manager: enabled,
    upstream: respond(
      'HTTP/1.0 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    ),
    client: [connection(send(ASK), pause(80), close)],
  },
];

const CONNECT = 'CONNECT tunnel.test:443 HTTP/1.1\r\nhost: tunnel.test:443\r\n\r\n';
const connectRoute = route({
  match: { connect_matcher: {} },
  action: { upgrade_configs: [{ upgrade_type: 'CONNECT', connect_config: {} }] },
});
const proxyRoute = route({ match: { connect_matcher: {} } });
const connectEnabled = { upgrade_configs: [{ upgrade_type: 'CONNECT' }] };

const connect: readonly Scenario[] = [
  { name: 'CONNECT is refused by default', client: [raw(CONNECT)] },
  {
    name: 'CONNECT without a connect route',
    manager: connectEnabled,
    client: [raw(CONNECT)],
  },
  {
    name: 'CONNECT is terminated',
    manager: connectEnabled,
    routes: [connectRoute],
    upstream: { after: 'connection', steps: [echo] },
    client: [
      connection(
        send(CONNECT),
        receiveText('\r\n\r\n'),
        send('raw bytes'),
        receiveText('raw bytes'),
        close,
      ),
    ],
  },
  {
    name: 'a terminated CONNECT ends when the upstream closes',
    manager: connectEnabled,
    routes: [connectRoute],
    upstream: { after: 'connection', steps: [send('welcome'), pause(40), close] },
    client: [connection(send(CONNECT), receiveText('welcome'), receiveClose)],
  },
  {
    name: 'CONNECT is forwarded',
    manager: connectEnabled,
    routes: [proxyRoute],
    upstream: onHead(send('HTTP/1.1 200 OK\r\n\r\n'), echo),
    client: [
      connection(
        send(CONNECT),
        receiveText('\r\n\r\n'),
        send('raw bytes'),
        receiveText('raw bytes'),
        close,
      ),
    ],
  },
  {
    name: 'a forwarded CONNECT is declined',
    manager: connectEnabled,
    routes: [proxyRoute],
    upstream: onHead(...reply(403, 'no').steps),
    client: [connection(send(CONNECT), receive())],
  },
  {
    name: 'CONNECT with a path',
    manager: connectEnabled,
    routes: [connectRoute],
    client: [raw('CONNECT /x HTTP/1.1\r\nhost: tunnel.test:443\r\n\r\n')],
  },
  {
    name: 'CONNECT with a content-length',
    manager: connectEnabled,
    routes: [connectRoute],
    client: [
      raw(
        'CONNECT tunnel.test:443 HTTP/1.1\r\nhost: tunnel.test:443\r\ncontent-length: 3\r\n\r\nabc',
      ),
    ],
  },
  {
    name: 'CONNECT with another host header',
    manager: connectEnabled,
    routes: [connectRoute],
    upstream: { after: 'connection', steps: [echo] },
    client: [
      connection(
        send('CONNECT tunnel.test:443 HTTP/1.1\r\nhost: other.test\r\n\r\n'),
        receiveText('\r\n\r\n'),
        close,
      ),
    ],
  },
  {
    name: 'a connect route does not match other methods',
    manager: connectEnabled,
    routes: [connectRoute],
    client: [get('/')],
  },
];

export const upgrades: Group = { name: 'upgrades', scenarios: [...webSocket, ...connect] };
