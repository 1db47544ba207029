import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { connect } from '#network/connecting.ts';
import { listen } from '#network/listening.ts';
import type { Transport, TransportEvents } from '#network/transport.ts';
import { BodyCheck, bodyBytes } from '../soak/body.ts';

const SEEDS = [1, 2, 3];

const IGNORE_ALL: TransportEvents = {
  onBytes: () => undefined,
  onEnd: () => undefined,
  onDrained: () => undefined,
  onClose: () => undefined,
};

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A transport that is connected to the port. */
async function connected(port: number): Promise<Transport> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const transport = connect(
    { address: { kind: 'ip', host: '127.0.0.1', port }, source: undefined },
    { onConnected: resolve, onConnectFailed: ({ systemError }) => reject(new Error(systemError)) },
  );
  transport.start(IGNORE_ALL);
  await promise;
  return transport;
}

/**
 * Relays connections as large chunked bodies are relayed: what one read brought goes on in several
 * writes, to somebody who reads late.
 */
async function relay(
  targetPort: number,
  pieceBytes: number,
): Promise<{ port: number; close(): void }> {
  const { server, address } = await listen({ host: '127.0.0.1', port: 0 }, (source) => {
    source.setBulk(true);
    void connected(targetPort).then((target) => {
      source.start({
        ...IGNORE_ALL,
        onBytes: (bytes, length) => {
          for (let at = 0; at < length; at += pieceBytes) {
            const piece = bytes.subarray(at, Math.min(length, at + pieceBytes));
            target.writeRead('', piece, source);
          }
        },
        onEnd: () => {
          target.end();
          source.destroy();
        },
      });
      source.readStart();
    });
  });
  return { port: (address as AddressInfo).port, close: () => void server.close() };
}

t.test('what was read in bulk stays as it is until all its writes are through', async (t) => {
  t.equal(new Set(SEEDS.map((seed) => bodyBytes(seed, 0, 1)[0])).size, SEEDS.length);
  // More than the kernel takes: much must wait to be written.
  const bytes = 16_000_000;
  const outcomes: Promise<string>[] = [];
  const halfSent = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    outcomes.push(promise);
    let check: BodyCheck | undefined;
    socket.on('data', (data: Buffer) => {
      // The first byte of a body tells its seed: each of the three has another one.
      check ??= new BodyCheck(SEEDS.find((seed) => bodyBytes(seed, 0, 1)[0] === data[0]) ?? 0);
      check.add(data);
    });
    socket.pause();
    void halfSent.promise.then(() => socket.resume());
    socket.on('end', () => {
      socket.destroy();
      resolve(`${check?.length} bytes, wrong at ${check?.firstWrong}`);
    });
  });
  const { port, close } = await relay(await listening(server), 20_000);
  const sources = SEEDS.map(async (seed) => {
    const socket = connectSocket(port, '127.0.0.1');
    for (let at = 0; at < bytes; at += 100_000) {
      // Reading, and with it the end of the first writes, falls together with the second half.
      if (at === bytes / 2) halfSent.resolve();
      if (!socket.write(bodyBytes(seed, at, 100_000))) await once(socket, 'drain');
      await sleep(0);
    }
    socket.end();
    await once(socket, 'close');
  });
  await Promise.all(sources);
  t.strictSame(
    await Promise.all(outcomes),
    SEEDS.map(() => `${bytes} bytes, wrong at undefined`),
  );
  close();
  server.close();
});
