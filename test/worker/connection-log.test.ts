import { connect, type Socket } from 'node:net';
import t from 'tap';
import { answer, bootstrapOf, httpListener, type JsonObject } from '../tools/bootstrap.ts';
import { until } from '../tools/proa-process.ts';
import { InProcessWorker } from './in-process-worker.ts';

const TYPES = 'type.googleapis.com/envoy';
const METADATA = { filter_metadata: { test: { of: 'somebody' } } };
const REQUEST = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
const LAST_REQUEST = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const SETTINGS = '\0\0\0\x04\0\0\0\0\0';
/** DATA belongs to streams, and this one names none. */
const DATA_WITHOUT_STREAM = '\0\0\x01\0\0\0\0\0\0x';

const OPERATORS = {
  bytes: '%BYTES_RECEIVED%',
  type: '%DOWNSTREAM_DETECTED_CLOSE_TYPE%',
  reason: '%DOWNSTREAM_LOCAL_CLOSE_REASON%',
  flags: '%RESPONSE_FLAGS%',
  details: '%RESPONSE_CODE_DETAILS%',
  protocol: '%PROTOCOL%',
  listener: '%LISTENER_NAME% %METADATA(LISTENER:test:of)%',
  chain: '%FILTER_CHAIN_NAME% %METADATA(LISTENER_FILTER_CHAIN:test:of)%',
  moment: '%ACCESS_LOG_TYPE%',
};

function fileLog(path: string, filter?: JsonObject): JsonObject {
  return {
    name: 'file',
    ...(filter === undefined ? {} : { filter }),
    typed_config: {
      '@type': `${TYPES}.extensions.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: { json_format: OPERATORS },
    },
  };
}

const ANY_FLAG: JsonObject = { response_flag_filter: {} };

/** A listener with logs of its own, whose filter chain has a name and metadata. */
function loggedListener(name: string, manager: JsonObject = {}, match?: JsonObject): JsonObject {
  const listener = httpListener({
    name,
    at: 0,
    routes: [answer(200, 'hello')],
    manager: { delayed_close_timeout: '0.05s', drain_timeout: '0.05s', ...manager },
    listener: {
      metadata: METADATA,
      access_log: [fileLog(name), fileLog(`${name}-flagged`, ANY_FLAG)],
    },
  });
  const [chain] = listener['filter_chains'] as readonly JsonObject[];
  return {
    ...listener,
    filter_chains: [
      { ...chain, name: 'the-chain', metadata: METADATA, filter_chain_match: match ?? {} },
    ],
  };
}

type ClientEnd = (socket: Socket) => void;
const closes: ClientEnd = (socket) => void socket.end();
const resets: ClientEnd = (socket) => void socket.resetAndDestroy();
const waits: ClientEnd = () => {};

/** What a client sends, what it does then, and what of the line differs from an empty connection. */
const CASES: readonly (readonly [
  name: string,
  listener: string,
  bytes: string,
  end: ClientEnd,
  line: JsonObject,
])[] = [
  ['the client closes', 'web', '', closes, {}],
  ['the client resets', 'web', '', resets, { type: 'RemoteReset' }],
  [
    'the client closes after a request',
    'web',
    REQUEST,
    closes,
    { bytes: REQUEST.length, protocol: 'HTTP/1.1' },
  ],
  [
    'the client wants no further answer',
    'web',
    LAST_REQUEST,
    waits,
    {
      bytes: LAST_REQUEST.length,
      protocol: 'HTTP/1.1',
      reason: 'deferred_close_on_drained_connection',
    },
  ],
  [
    'the client sends what is no request',
    'web',
    'garbage\r\n\r\n',
    waits,
    { bytes: 11, flags: 'DPE', reason: 'triggered_delayed_close_timeout' },
  ],
  ['an HTTP/2 client closes', 'web', PREFACE + SETTINGS, closes, { bytes: 33, protocol: 'HTTP/2' }],
  [
    'an HTTP/2 client breaks the protocol',
    'web',
    PREFACE + SETTINGS + DATA_WITHOUT_STREAM,
    waits,
    { bytes: 43, flags: 'DPE', reason: 'triggered_delayed_close_timeout' },
  ],
  ['the client says nothing', 'idle', '', waits, { reason: 'on_idle_timeout' }],
  ['the connection may not last', 'short', '', waits, { reason: 'duration_timeout' }],
  [
    'no filter chain takes it',
    'closed',
    '',
    waits,
    { flags: 'NR', details: 'filter_chain_not_found', chain: '- -' },
  ],
];

const EMPTY = {
  bytes: 0,
  type: 'Normal',
  reason: null,
  flags: '-',
  details: null,
  protocol: null,
  chain: 'the-chain somebody',
  moment: 'NotSet',
};

const worker = await InProcessWorker.start(
  bootstrapOf([
    loggedListener('web'),
    loggedListener('idle', { common_http_protocol_options: { idle_timeout: '0.05s' } }),
    loggedListener('short', { common_http_protocol_options: { max_connection_duration: '0.05s' } }),
    loggedListener(
      'closed',
      {},
      { source_prefix_ranges: [{ address_prefix: '10.0.0.0', prefix_len: 8 }] },
    ),
  ]),
);
t.teardown(() => worker.stop());

/** The lines of a listener's log that came since the last call. */
const seen = new Map<string, number>();
function newLines(path: string): JsonObject[] {
  const text = worker.logs.get(path) ?? '';
  const lines = text.slice(seen.get(path) ?? 0).split('\n');
  seen.set(path, text.length);
  return lines.slice(0, -1).map((line) => JSON.parse(line) as JsonObject);
}

async function begin(listener: string, bytes: string): Promise<Socket> {
  const socket = connect(worker.port(listener), '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  if (bytes !== '') {
    socket.write(bytes, 'latin1');
    await new Promise((resolve) => socket.once('data', resolve));
  }
  return socket;
}

for (const [name, listener, bytes, end, line] of CASES) {
  t.test(`the listener logs a connection: ${name}`, async (t) => {
    const socket = await begin(listener, bytes);
    end(socket);
    const found: JsonObject[] = [];
    await until(() => {
      found.push(...newLines(listener));
      return found.length > 0;
    });
    socket.destroy();
    t.strictSame(found, [{ ...EMPTY, listener: `${listener} somebody`, ...line }]);
    const isFlagged = line['flags'] !== undefined;
    t.equal(newLines(`${listener}-flagged`).length, isFlagged ? 1 : 0, 'the filter is asked');
  });
}

t.test('a connection that outlives the process is logged at its end', async (t) => {
  const socket = await begin('web', REQUEST);
  await worker.stop();
  socket.destroy();
  const lines = newLines('web');
  t.strictSame(
    lines.map(({ reason }) => reason),
    ['purging_socket_that_have_not_progressed_to_connections'],
  );
});
