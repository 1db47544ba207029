import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { BodyCheck, bodyBytes, seedOf, type Target, uploadSeed } from './body.ts';
import type { SoakClient } from './client.ts';
import { ClientConnection, type Outcome } from './client-connection.ts';

type Behaviour = (client: SoakClient) => Promise<void>;

const LARGE_BYTES = 1_048_576;
const UPLOAD_BYTES_MAX = 400_000;
/** Connections are given up before the proxy's limits for idle and old ones can end them. */
const CONNECTION_AGE_MS = 12_000;

/** Kinds whose answer to HEAD is well-formed: the others write to the socket themselves. */
const FIT_FOR_HEAD = new Set(['plain', 'chunked', 'closing', 'early', 'failing', 'empty']);

async function keepAlive(client: SoakClient): Promise<void> {
  const connection = client.connect('keep-alive');
  const began = performance.now();
  for (let left = client.choices.between(2, 10); left > 0 && connection.isUsable; left--) {
    if (client.run.isOver() || performance.now() - began > CONNECTION_AGE_MS) break;
    const target = client.anyTarget();
    const method = client.choices.chance(0.2) && FIT_FOR_HEAD.has(target.kind) ? 'HEAD' : 'GET';
    const answer = connection.answer(method, target);
    await connection.send(client.head(method, target));
    await client.check(connection, target, answer, method);
    if (client.choices.chance(0.3)) await client.pause(1, 400);
    await client.run.pace.turn();
  }
  connection.leave(client.choices.chance(0.2));
}

async function closeAfterOne(client: SoakClient): Promise<void> {
  const connection = client.connect('close');
  const target = client.anyTarget();
  const answer = connection.answer('GET', target);
  await connection.send(client.head('GET', target, 'connection: close\r\n'));
  await client.check(connection, target, answer);
  await connection.closed;
}

async function byUnixSocket(client: SoakClient): Promise<void> {
  const { listenerPath, findings } = client.run;
  const connection = new ClientConnection(listenerPath, 'unix socket', findings);
  const target = client.newTarget('any', 'plain', client.choices.between(1, 30_000));
  const answer = connection.answer('GET', target);
  await connection.send(client.head('GET', target));
  await client.check(connection, target, answer);
  connection.leave(false);
}

async function oldClient(client: SoakClient): Promise<void> {
  // Without accept_http_10 the answer is 426; the connection must end either way.
  const connection = client.connect('HTTP/1.0');
  const answer = connection.answer('GET');
  await connection.send('GET /weighted/plain/10/old HTTP/1.0\r\n\r\n');
  const outcome = await answer;
  if (outcome.kind !== 'complete' || outcome.head.status !== 426) {
    connection.wrong(`HTTP/1.0 was answered by ${JSON.stringify(outcome)}`);
  }
  await connection.closed;
}

/** Writes the body whole, in pieces or slowly, with a length or in chunks. */
async function sendUpload(
  client: SoakClient,
  connection: ClientConnection,
  target: Target,
  length: number,
): Promise<void> {
  const { choices } = client;
  const isChunked = choices.chance(0.4);
  const expects = choices.chance(0.3);
  const fields =
    (isChunked ? 'transfer-encoding: chunked\r\n' : `content-length: ${length}\r\n`) +
    (expects ? 'expect: 100-continue\r\n' : '');
  await connection.send(client.head('POST', target, fields));
  if (expects) await client.pause(1, 60);
  const body = bodyBytes(uploadSeed(target), 0, length);
  for (const piece of choices.cut(body, choices.between(1, 6))) {
    if (isChunked && piece.length > 0) {
      await connection.send(`${piece.length.toString(16)}\r\n`);
      await connection.send(piece);
      await connection.send('\r\n');
    } else {
      await connection.send(piece);
    }
    if (choices.chance(0.3)) await client.pause(1, 50);
  }
  if (isChunked) await connection.send('0\r\n\r\n');
}

async function upload(client: SoakClient): Promise<void> {
  const { choices } = client;
  const connection = client.connect('upload');
  for (let left = choices.between(1, 4); left > 0 && connection.isUsable; left--) {
    const route = choices.of(['weighted', 'rewritten', 'unix', 'limited']);
    const target = client.newTarget(route, 'upload', choices.between(1, 2_000));
    const length = choices.chance(0.2)
      ? choices.between(0, 20)
      : choices.between(1, UPLOAD_BYTES_MAX);
    const answer = connection.answer('POST', target);
    await sendUpload(client, connection, target, length);
    const outcome = await client.check(connection, target, answer);
    checkUploaded(connection, target, outcome, length);
    client.run.findings.tally('uploaded bytes', length);
    await client.run.pace.turn();
  }
  connection.leave(false);
}

function checkUploaded(
  connection: ClientConnection,
  target: Target,
  outcome: Outcome,
  length: number,
): void {
  if (outcome.kind !== 'complete' || outcome.head.status !== 200) return;
  const uploaded = outcome.head.headers.get('x-soak-uploaded');
  if (uploaded !== `${length} right`) {
    connection.wrong(`of ${length} bytes the upstream got ${uploaded}`, target);
  }
}

/** The upstream answers before it has the whole request. */
async function hastyUpload(client: SoakClient): Promise<void> {
  const connection = client.connect('hasty upload');
  const target = client.newTarget('weighted', 'hasty', client.choices.between(1, 2_000));
  const answer = connection.answer('POST', target);
  await sendUpload(client, connection, target, client.choices.between(1, UPLOAD_BYTES_MAX));
  await client.check(connection, target, answer);
  connection.leave(client.choices.chance(0.5));
}

async function pipelining(client: SoakClient): Promise<void> {
  const { choices } = client;
  const connection = client.connect('pipelining');
  const targets = Array.from({ length: choices.between(2, 8) }, () =>
    client.newTarget(
      choices.of(['weighted', 'rewritten', 'unix', 'direct']),
      choices.of(['plain', 'chunked', 'drip', 'closing', 'empty', 'failing', 'untilClose']),
      choices.between(1, 3_000),
    ),
  );
  const answers = targets.map((target) => connection.answer('GET', target));
  const bytes = Buffer.from(targets.map((target) => client.head('GET', target)).join(''), 'latin1');
  for (const piece of choices.cut(bytes, choices.between(1, 4))) {
    await connection.send(piece);
    if (choices.chance(0.5)) await client.pause(1, 20);
  }
  for (const [index, target] of targets.entries()) {
    await client.check(connection, target, answers[index] as Promise<Outcome>);
  }
  connection.leave(false);
}

async function slowReader(client: SoakClient): Promise<void> {
  const { choices } = client;
  const connection = client.connect('slow reader');
  const length = choices.chance(0.3) ? 4 * LARGE_BYTES : LARGE_BYTES;
  const kind = choices.of(['plain', 'chunked', 'untilClose']);
  const target = client.newTarget(choices.of(['weighted', 'unix', 'socket']), kind, length);
  const answer = connection.answer('GET', target);
  await connection.send(client.head('GET', target));
  let isDone = false;
  void answer.then(() => {
    isDone = true;
  });
  while (!isDone) {
    connection.pause();
    await client.pause(10, 150);
    connection.resume();
    await client.pause(1, 10);
  }
  await client.check(connection, target, answer);
  connection.leave(false);
}

async function slowSender(client: SoakClient): Promise<void> {
  const connection = client.connect('slow sender');
  const target = client.anyTarget();
  const bytes = Buffer.from(client.head('GET', target), 'latin1');
  const answer = connection.answer('GET', target);
  for (const piece of client.choices.cut(bytes, client.choices.between(2, 8))) {
    await connection.send(piece);
    await client.pause(1, 60);
  }
  await client.check(connection, target, answer);
  connection.leave(false);
}

/** Sends half a head and waits: the proxy must not wait for ever. */
async function unfinishedHead(client: SoakClient): Promise<void> {
  const connection = client.connect('unfinished head');
  const answer = connection.answer('GET');
  await connection.send('GET /weighted/plain/1/unfinished HTTP/1.1\r\nhost: so');
  const outcome = await answer;
  if (outcome.kind !== 'complete' || outcome.head.status !== 408) {
    connection.wrong(`an unfinished head was answered by ${JSON.stringify(outcome)}`);
  }
  await connection.closed;
}

/** A request that is broken off, at any point before its answer is there. */
async function abort(client: SoakClient): Promise<void> {
  const { choices } = client;
  const connection = client.connect('abort');
  const isUpload = choices.chance(0.5);
  const target = isUpload
    ? client.newTarget('weighted', 'upload', 10)
    : client.newTarget(
        choices.of(['weighted', 'limited', 'socket', 'hurried']),
        choices.of(['plain', 'silent', 'drip']),
        choices.between(0, LARGE_BYTES),
      );
  const length = choices.between(1, UPLOAD_BYTES_MAX);
  const head = client.head(
    isUpload ? 'POST' : 'GET',
    target,
    isUpload ? `content-length: ${length}\r\n` : '',
  );
  const whole = Buffer.concat([
    Buffer.from(head, 'latin1'),
    isUpload ? bodyBytes(uploadSeed(target), 0, length) : Buffer.alloc(0),
  ]);
  void connection.answer('GET', target);
  const where = choices.of(['head', 'body', 'end'] as const);
  if (where === 'head') await connection.send(whole.subarray(0, choices.between(0, head.length)));
  else if (where === 'body')
    await connection.send(whole.subarray(0, choices.between(head.length, whole.length)));
  else await connection.send(whole);
  if (choices.chance(0.7)) await client.pause(0, where === 'end' ? 40 : 300);
  connection.leave(choices.chance(0.5));
}

async function abortMidAnswer(client: SoakClient): Promise<void> {
  const { choices } = client;
  const connection = client.connect('abort in the answer');
  const kind = choices.of(['plain', 'chunked', 'untilClose']);
  const target = client.newTarget(choices.of(['weighted', 'unix']), kind, LARGE_BYTES);
  const answer = connection.answer('GET', target);
  await connection.send(client.head('GET', target));
  const enough = choices.between(1, LARGE_BYTES);
  let isDone = false;
  void answer.then(() => {
    isDone = true;
  });
  while (!isDone && connection.receivedBytes < enough) await client.pause(1, 5);
  connection.leave(choices.chance(0.5));
}

/** Stops sending: the proxy, as Envoy, takes that for leaving. What comes nevertheless must be right. */
async function halfClose(client: SoakClient): Promise<void> {
  const { choices } = client;
  const connection = client.connect('half-close');
  const target = client.newTarget(
    'weighted',
    choices.of(['plain', 'drip']),
    choices.between(1, 5_000),
  );
  void connection.answer('GET', target);
  const head = client.head('GET', target);
  await connection.send(
    choices.chance(0.7) ? head : head.slice(0, choices.between(0, head.length)),
  );
  if (choices.chance(0.5)) await client.pause(0, 20);
  connection.end();
  await connection.closed;
}

async function garbage(client: SoakClient): Promise<void> {
  const { choices } = client;
  const connection = client.connect('garbage');
  connection.isGarbage = true;
  const head = client.head('GET', client.newTarget('direct', 'plain', 1));
  const noise = randomBytes(choices.between(1, 3_000));
  const bytes = choices.of([
    noise,
    Buffer.concat([Buffer.from(head.slice(0, choices.between(1, head.length)), 'latin1'), noise]),
    Buffer.from(
      head.replace('host:', choices.of(['ho st:', 'host :', ':', 'host:\0', 'host:\n'])),
      'latin1',
    ),
    Buffer.from(
      head.replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\nabcd'),
      'latin1',
    ),
    Buffer.from(
      `${head.replace('GET', 'POST').replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\n')}zz\r\n`,
      'latin1',
    ),
    Buffer.from(`GET /${'x'.repeat(70_000)} HTTP/1.1\r\n\r\n`, 'latin1'),
    Buffer.from(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(150)}\r\n`, 'latin1'),
  ]);
  for (const piece of choices.cut(bytes, choices.between(1, 3))) await connection.send(piece);
  await client.pause(1, 200);
  connection.leave(choices.chance(0.5));
}

async function tunnel(client: SoakClient): Promise<void> {
  const { choices } = client;
  const connection = client.connect('tunnel');
  const target = client.newTarget('socket', 'tunnel', 0);
  const answer = connection.answer('GET', target);
  await connection.send(
    client.head('GET', target, 'connection: Upgrade\r\nupgrade: websocket\r\n'),
  );
  const outcome = await answer;
  if (outcome.kind !== 'complete' || outcome.head.status !== 101) {
    connection.wrong(`an upgrade was answered by ${JSON.stringify(outcome)}`, target);
    return connection.leave(false);
  }
  const seed = seedOf(target.id);
  const check = new BodyCheck(seed);
  connection.onTunnelBytes = (bytes) => check.add(bytes);
  let sent = 0;
  for (let left = choices.between(1, 12); left > 0; left--) {
    const length = choices.chance(0.2) ? choices.between(1, 200_000) : choices.between(1, 2_000);
    await connection.send(bodyBytes(seed, sent, length));
    sent += length;
    await client.pause(1, 60);
  }
  const isAborted = choices.chance(0.3);
  for (let waited = 0; !isAborted && check.length < sent && waited < 1_000; waited++) {
    await client.pause(5, 10);
  }
  if (check.firstWrong !== undefined) connection.wrong(`the echo is wrong at ${check.firstWrong}`);
  else if (!isAborted && check.length !== sent) {
    connection.wrong(`of ${sent} bytes ${check.length} came back`, target);
  }
  connection.leave(choices.chance(0.5));
}

/** Connects and says nothing, as load balancers do that look whether somebody is there. */
async function silence(client: SoakClient): Promise<void> {
  const connection = client.connect('silence');
  await client.pause(1, 1_500);
  connection.leave(client.choices.chance(0.5));
}

export const behaviours = {
  keepAlive,
  closeAfterOne,
  byUnixSocket,
  oldClient,
  upload,
  hastyUpload,
  pipelining,
  slowReader,
  slowSender,
  unfinishedHead,
  abort,
  abortMidAnswer,
  halfClose,
  garbage,
  tunnel,
  silence,
} satisfies Readonly<Record<string, Behaviour>>;

export type BehaviourName = keyof typeof behaviours;

/** How often each is chosen, in proportion. */
export const behaviourWeights: Readonly<Record<BehaviourName, number>> = {
  keepAlive: 22,
  closeAfterOne: 6,
  byUnixSocket: 3,
  oldClient: 1,
  upload: 12,
  hastyUpload: 3,
  pipelining: 8,
  slowReader: 4,
  slowSender: 5,
  unfinishedHead: 1,
  abort: 12,
  abortMidAnswer: 5,
  halfClose: 4,
  garbage: 6,
  tunnel: 6,
  silence: 2,
};
