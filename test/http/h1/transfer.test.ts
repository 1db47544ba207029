import { once } from 'node:events';
import { Agent, request as ask, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { connect } from '#network/connecting.ts';
import { listen } from '#network/listening.ts';
import type { Transport } from '#network/transport.ts';
import { MiniProxy } from '../../fuzz/mini-proxy.ts';
import { KINDS, type TransportKind } from '../../network/transport-pair.ts';
import { BodyCheck, bodyBytes } from '../../soak/body.ts';
import { Choices } from '../../soak/random.ts';
import { CLIENT_OPTIONS } from './client-harness.ts';
import { SERVER_OPTIONS } from './server-harness.ts';

const CONNECTIONS = 16;
const REQUESTS = 5;
const BUFFER_LIMIT_BYTES = 200_000;
/** More than the kernel holds for a connection both of whose ends are here. */
const HUGE = 16_000_000;

const SIZES = [50, 40_000, 900_000];

interface Writable {
  write(bytes: Buffer): boolean;
  once(event: 'drain', listener: () => void): unknown;
  end(): unknown;
}

/** Writes the body of a seed in pieces of random sizes, the last of them not before it may. */
async function writeBody(
  to: Writable,
  seed: number,
  length: number,
  mayEnd: Promise<unknown> = Promise.resolve(),
): Promise<void> {
  const choices = new Choices(seed);
  for (let at = 0; at < length; ) {
    const size = Math.min(length - at, choices.between(1, choices.of([100, 20_000, 300_000])));
    if (at + size === length) await mayEnd;
    const isRoom = to.write(bodyBytes(seed, at, size));
    at += size;
    if (!isRoom) await new Promise<void>((resolve) => to.once('drain', resolve));
    else if (choices.chance(0.3)) await sleep(0);
  }
  await mayEnd;
  to.end();
}

/** Reads a body, in places slowly, and tells what is wrong with it. */
async function checkBody(message: IncomingMessage, seed: number, length: number): Promise<string> {
  const check = new BodyCheck(seed);
  const choices = new Choices(seed + 1);
  // Long enough for a huge body to fill everything between its sender and here.
  if (length > HUGE / 2) await sleep(50);
  try {
    for await (const chunk of message) {
      check.add(chunk as Buffer);
      if (choices.chance(0.1)) await sleep(choices.between(0, 3));
    }
  } catch (error) {
    return `broken off: ${(error as Error).message}`;
  }
  return `${check.length - length} too many, wrong at ${check.firstWrong}`;
}

const FINE = '0 too many, wrong at undefined';

/** An upstream: `/seed/length/framing` says what it answers and what it is sent. */
async function startUpstream(problems: string[]): Promise<{ port: number; close(): void }> {
  const server = createServer((request, response) => {
    const [, seed, length, framing, upload] = (request.url as string).split('/');
    const isRead = checkBody(request, Number(seed) + 7, Number(upload)).then((problem) => {
      if (problem !== FINE) problems.push(`upload ${request.url}: ${problem}`);
    });
    if (framing === 'length') response.setHeader('content-length', length as string);
    // Both ways at once, but an answer that ends first would end the request as well.
    void writeBody(response, Number(seed), Number(length), isRead);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface RunningProxy {
  readonly port: number;
  /** Of the clients' connections. */
  readonly transports: readonly Transport[];
  close(): void;
}

async function startProxy(kind: TransportKind, port: number): Promise<RunningProxy> {
  const transports: Transport[] = [];
  const { server, address } = await listen(
    { host: '127.0.0.1', port: 0 },
    (transport) => {
      transports.push(transport);
      const connectUpstream = (onConnected: () => void) =>
        connect(
          { address: { kind: 'ip', host: '127.0.0.1', port }, source: undefined },
          { onConnected, onConnectFailed: () => {} },
          kind,
        );
      new MiniProxy(transport, connectUpstream, {
        server: SERVER_OPTIONS,
        client: CLIENT_OPTIONS,
        bufferLimitBytes: BUFFER_LIMIT_BYTES,
        schedule: setImmediate,
      });
    },
    kind,
  );
  return {
    port: (address as AddressInfo).port,
    transports,
    close: () => void server.close(),
  };
}

/** One client with one connection: a few exchanges with large bodies both ways. */
async function exchange(port: number, index: number): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const choices = new Choices(index * 1000 + 1);
  const problems: string[] = [];
  for (let count = 0; count < REQUESTS; count++) {
    const seed = index * 100 + count;
    const length = count === 1 && index < 4 ? HUGE : choices.between(0, choices.of(SIZES));
    const upload = count === 2 && index < 4 ? HUGE : choices.between(0, choices.of(SIZES));
    const path = `/${seed}/${length}/${choices.of(['length', 'chunked'])}/${upload}`;
    const headers = choices.chance(0.5) ? { 'content-length': upload } : {};
    const sent = ask({ host: '127.0.0.1', port, path, method: 'POST', headers, agent });
    const [[response]] = (await Promise.all([
      once(sent, 'response'),
      writeBody(sent, seed + 7, upload),
    ])) as [[IncomingMessage], void];
    const problem = await checkBody(response, seed, length);
    if (problem !== FINE) problems.push(`download ${path}: ${problem}`);
  }
  agent.destroy();
  return problems;
}

for (const kind of KINDS) {
  t.test(`large bodies pass both ways unharmed over ${kind}s`, async (t) => {
    const problems: string[] = [];
    const upstream = await startUpstream(problems);
    const proxy = await startProxy(kind, upstream.port);
    const clients = Array.from({ length: CONNECTIONS }, (_, index) => exchange(proxy.port, index));
    t.same((await Promise.all(clients)).flat(), []);
    t.same(problems, []);
    proxy.close();
    upstream.close();
  });
}

for (const kind of KINDS) {
  t.test(`a client that does not read costs the limit and a read over ${kind}s`, async (t) => {
    let sentBytes = 0;
    let isBlocked = false;
    const upstream = createServer((_request, response) => {
      const send = (): void => {
        do sentBytes += 1_000_000;
        while (response.write(Buffer.alloc(1_000_000)));
        isBlocked = true;
        response.once('drain', () => {
          isBlocked = false;
          send();
        });
      };
      send();
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const proxy = await startProxy(kind, (upstream.address() as AddressInfo).port);
    const sent = ask({ host: '127.0.0.1', port: proxy.port, path: '/' });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    // Everything between the upstream and the client fills up, and then nothing moves any more.
    for (let before = -1; before !== sentBytes || !isBlocked; ) {
      before = sentBytes;
      await sleep(100);
    }
    const [transport] = proxy.transports;
    const queued = transport?.queuedBytes ?? 0;
    t.ok(queued > BUFFER_LIMIT_BYTES, `${queued} bytes wait`);
    t.ok(queued <= BUFFER_LIMIT_BYTES + 400_000, `${queued} bytes wait`);
    response.destroy();
    proxy.close();
    upstream.close();
    upstream.closeAllConnections();
  });
}
