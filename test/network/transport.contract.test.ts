import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { HandleTransport } from '#network/handle-transport.ts';
import { listen } from '#network/listening.ts';
import { handleBindings } from '#network/stream-binding.ts';
import { socketName } from '#network/unix-socket.ts';
import { BodyCheck, bodyBytes } from '../soak/body.ts';
import {
  connectTo,
  KINDS,
  TransportEnd,
  type TransportPair,
  transportPair,
} from './transport-pair.ts';

async function withPair(
  kind: (typeof KINDS)[number],
  use: (pair: TransportPair) => Promise<void>,
): Promise<void> {
  const pair = await transportPair(kind);
  await use(pair);
  await pair.close();
}

t.test('stream handles of this Node are as they are known', async (t) => {
  t.ok(handleBindings !== undefined);
  const pair = await transportPair('handle');
  t.ok(pair.client.transport instanceof HandleTransport);
  t.ok(pair.server.transport instanceof HandleTransport);
  await pair.close();
});

for (const kind of KINDS) {
  t.test(`a transport over a ${kind}`, async (t) => {
    t.test('knows its addresses', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        t.match(client.transport.localAddress, { kind: 'ip', host: '127.0.0.1' });
        t.same(server.transport.remoteAddress, client.transport.localAddress);
        t.same(client.transport.remoteAddress, server.transport.localAddress);
      });
    });

    t.test('carries text and bytes both ways, in order', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        server.transport.readStart();
        client.transport.readStart();
        client.transport.writeText('text \xe9\xff,');
        client.transport.writeOwned('more,', Buffer.from('bytes'));
        client.transport.writeOwned('', Buffer.from([0, 255]));
        server.transport.writeText('back');
        await server.until(() => server.receivedBytes >= 19);
        await client.until(() => client.receivedBytes >= 4);
        t.equal(server.received.toString('latin1'), 'text \xe9\xff,more,bytes\0\xff');
        t.equal(client.received.toString('latin1'), 'back');
      });
    });

    t.test('leaves a shared buffer to its owner as soon as it can', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        const shared = Buffer.from('first');
        t.equal(client.transport.writeShared(shared), true);
        shared.write('other');
        server.transport.readStart();
        t.equal(client.transport.writeShared(shared), true);
        await server.until(() => server.receivedBytes === 10);
        t.equal(server.received.toString(), 'firstother');
        client.transport.destroy();
        t.equal(client.transport.writeShared(shared), true, 'nobody needs it any more');
      });
    });

    t.test('keeps a shared buffer that the peer does not take', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        const check = new BodyCheck(5);
        server.onRead = (data) => check.add(data);
        let sent = 0;
        let isFree = true;
        while (isFree) {
          const bytes = bodyBytes(5, sent, 300_000);
          sent += bytes.length;
          isFree = client.transport.writeShared(bytes);
          if (isFree) bytes.fill(0);
        }
        t.ok(client.transport.queuedBytes > 0);
        server.transport.readStart();
        await server.until(() => check.length === sent);
        await client.until(() => client.transport.queuedBytes === 0);
        t.equal(check.firstWrong, undefined);
        t.equal(client.transport.queuedBytes, 0);
        t.ok(client.drains > 0);
      });
    });

    t.test('reads nothing before it is asked to, nor while it is stopped', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        client.transport.writeText('early');
        await new Promise((resolve) => setTimeout(resolve, 20));
        t.equal(server.receivedBytes, 0);
        server.transport.readStart();
        await server.until(() => server.receivedBytes === 5);
        server.transport.readStop();
        client.transport.writeText('later');
        await new Promise((resolve) => setTimeout(resolve, 20));
        t.equal(server.receivedBytes, 5);
        server.transport.readStart();
        await server.until(() => server.receivedBytes === 10);
        t.equal(server.received.toString(), 'earlylater');
      });
    });

    t.test('may be stopped from within a read', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        server.onRead = () => server.transport.readStop();
        client.transport.writeOwned('', Buffer.alloc(1_000_000));
        server.transport.readStart();
        await server.until(() => server.receivedBytes > 0);
        const before = server.receivedBytes;
        await new Promise((resolve) => setTimeout(resolve, 20));
        t.equal(server.receivedBytes, before);
      });
    });

    t.test('ends one side after the other', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        server.transport.readStart();
        client.transport.readStart();
        client.transport.writeText('request');
        client.transport.end();
        await server.until(() => server.ends === 1);
        t.equal(server.received.toString(), 'request');
        t.same(server.closes, [], 'the other side is open');
        server.transport.writeText('response');
        server.transport.end();
        await client.until(() => client.ends === 1);
        t.equal(client.received.toString(), 'response');
      });
    });

    t.test('sends everything before it ends', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        const bytes = 8_000_000;
        const check = new BodyCheck(7);
        server.onRead = (data) => check.add(data);
        client.transport.writeOwned('', bodyBytes(7, 0, bytes));
        client.transport.end();
        t.ok(client.transport.queuedBytes > 0);
        server.transport.readStart();
        await server.until(() => server.ends === 1);
        t.equal(check.length, bytes);
        t.equal(check.firstWrong, undefined);
      });
    });

    t.test('reports its close once, and the peer’s end', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        server.transport.readStart();
        client.transport.destroy();
        client.transport.destroy();
        await client.until(() => client.closes.length > 0);
        await server.until(() => server.ends === 1);
        t.same(client.closes, [undefined]);
        t.equal(client.ends, 0);
        client.transport.writeText('too late');
        client.transport.writeOwned('too', Buffer.from(' late'));
        client.transport.end();
        client.transport.readStart();
        client.transport.readStop();
        server.transport.destroy();
        await server.until(() => server.closes.length > 0);
        t.same(server.closes, [undefined]);
        t.same(client.closes, [undefined]);
      });
    });

    t.test('may be closed from within a read', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        server.transport.setBulk(true);
        server.onRead = () => server.transport.destroy();
        client.transport.writeOwned('', Buffer.alloc(1_000_000));
        server.transport.readStart();
        await server.until(() => server.closes.length > 0);
        t.same(server.closes, [undefined]);
      });
    });

    t.test('tells the peer of a reset', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        server.transport.readStart();
        client.transport.reset();
        await server.until(() => server.closes.length > 0);
        t.same(server.closes, ['ECONNRESET']);
        await client.until(() => client.closes.length > 0);
        t.same(client.closes, [undefined]);
      });
    });

    t.test('survives writing to a peer that is gone', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        server.transport.reset();
        await server.until(() => server.closes.length > 0);
        for (let count = 0; count < 20 && client.closes.length === 0; count++) {
          client.transport.writeText('anybody there?');
          client.transport.writeOwned('', Buffer.alloc(100_000));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await client.until(() => client.closes.length > 0);
        t.match(client.closes[0], /^(?:ECONNRESET|EPIPE)$/);
        t.equal(client.closes.length, 1);
      });
    });

    t.test('counts what the peer does not take, and tells as it goes', async (t) => {
      await withPair(kind, async ({ client, server }) => {
        t.equal(client.transport.queuedBytes, 0);
        for (let count = 0; count < 16; count++) {
          client.transport.writeOwned('', Buffer.alloc(1_000_000));
        }
        const queued = client.transport.queuedBytes;
        t.ok(queued > 1_000_000, `${queued} bytes are queued`);
        t.equal(client.drains, 0);
        server.transport.readStart();
        await client.until(() => client.transport.queuedBytes === 0);
        t.ok(client.drains > 1, `told ${client.drains} times`);
        await server.until(() => server.receivedBytes === 16_000_000);
      });
    });

    t.test('forgets what is queued when it is closed', async (t) => {
      await withPair(kind, async ({ client }) => {
        client.transport.writeOwned('', Buffer.alloc(16_000_000));
        client.transport.destroy();
        await client.until(() => client.closes.length > 0);
        t.same(client.closes, [undefined]);
        t.equal(client.drains, 0);
      });
    });

    t.test('reaches Unix sockets', async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'proa-transport-'));
      const path = join(folder, 'socket');
      const accepted = Promise.withResolvers<TransportEnd>();
      const { server } = await listen(
        { path },
        (transport) => accepted.resolve(new TransportEnd(transport)),
        kind,
      );
      const client = await connectTo({ address: { kind: 'pipe', path } }, kind);
      const peer = await accepted.promise;
      client.transport.writeText('hello');
      peer.transport.readStart();
      await peer.until(() => peer.receivedBytes === 5);
      t.equal(peer.received.toString(), 'hello');
      t.equal(peer.transport.remoteAddress, undefined);
      client.transport.setKeepAlive({ idleSeconds: 10, intervalSeconds: 2, probes: 3 });
      for (const end of [client, peer]) {
        end.transport.destroy();
        await end.until(() => end.closes.length > 0);
      }
      server.close();
      await rm(folder, { recursive: true });
    });

    t.test('reaches names in the abstract namespace', async (t) => {
      const address = { kind: 'pipe', path: `@proa-${process.pid}-${kind}` } as const;
      const accepted = Promise.withResolvers<TransportEnd>();
      const { server } = await listen(
        { path: socketName(address) },
        (transport) => accepted.resolve(new TransportEnd(transport)),
        kind,
      );
      const client = await connectTo({ address }, kind);
      const peer = await accepted.promise;
      client.transport.writeText('hello');
      peer.transport.readStart();
      await peer.until(() => peer.receivedBytes === 5);
      t.notOk(existsSync(address.path), 'there is no file of that name');
      for (const end of [client, peer]) {
        end.transport.destroy();
        await end.until(() => end.closes.length > 0);
      }
      server.close();
    });

    t.test('says why it could not connect', async (t) => {
      const { server, address } = await listen({ host: '127.0.0.1', port: 0 }, () => {}, kind);
      const { port } = address as { port: number };
      await new Promise((resolve) => server.close(resolve));
      const refused = connectTo({ address: { kind: 'ip', host: '127.0.0.1', port } }, kind);
      await t.rejects(refused, { message: 'ECONNREFUSED' });
      const missing = connectTo({ address: { kind: 'pipe', path: '/nonexistent/socket' } }, kind);
      await t.rejects(missing, { message: 'ENOENT' });
    });
  });
}

/** Relays what one connection brings to another one in pieces, as a proxy does with a body. */
function relay(source: TransportEnd, target: TransportEnd, pieceBytes: number): void {
  let isPaused = false;
  source.onRead = (bytes) => {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, Math.min(bytes.length, at + pieceBytes));
      target.transport.writeRead('', piece, source.transport);
    }
    if (target.transport.queuedBytes > 1_000_000) {
      isPaused = true;
      source.transport.readStop();
      void target
        .until(() => target.transport.queuedBytes === 0)
        .then(() => {
          isPaused = false;
          source.transport.readStart();
        });
    }
  };
  void source.until(() => source.ends === 1 && !isPaused).then(() => target.transport.end());
}

for (const [from, to] of [
  ['handle', 'handle'],
  ['handle', 'socket'],
  ['socket', 'handle'],
  ['socket', 'socket'],
] as const) {
  t.test(`many bodies are relayed from ${from} to ${to} without a wrong byte`, async (t) => {
    const relayed = async (seed: number): Promise<string> => {
      const sending = await transportPair('socket', from);
      const receiving = await transportPair(to, 'socket');
      // A third of them are more than the kernel holds, and nobody reads until it is full.
      const isSlow = seed % 3 === 0;
      const length = (isSlow ? 16_000_000 : 1_500_000) + seed * 77_777;
      relay(sending.server, receiving.client, [999_999, 20_000, 16_385, 3000][seed % 4] as number);
      const check = new BodyCheck(seed);
      const reader = receiving.server;
      reader.onRead = (bytes) => {
        check.add(bytes);
        if (!isSlow || check.length > length / 8) return;
        reader.transport.readStop();
        setTimeout(() => reader.transport.readStart(), 1);
      };
      if (!isSlow) reader.transport.readStart();
      sending.server.transport.readStart();
      let sent = 0;
      for (let count = 0; sent < length; count++) {
        // Large bodies and small ones take turns.
        sending.server.transport.setBulk(count % 4 !== 3);
        const size = Math.min(length - sent, 1 + ((count * 60_013 + seed) % 200_000));
        sending.client.transport.writeOwned('', bodyBytes(seed, sent, size));
        sent += size;
        if (receiving.client.transport.queuedBytes > 0) reader.transport.readStart();
        if (sending.client.transport.queuedBytes > 500_000) {
          reader.transport.readStart();
          await sending.client.until(() => sending.client.transport.queuedBytes === 0);
        }
        if (count % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      sending.client.transport.end();
      await reader.until(() => reader.ends === 1 || reader.closes.length > 0);
      await sending.close();
      await receiving.close();
      return `${check.length - length} bytes too many, wrong at ${check.firstWrong}`;
    };
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, seed) => relayed(seed)));
    t.same(new Set(outcomes), new Set(['0 bytes too many, wrong at undefined']));
  });
}
