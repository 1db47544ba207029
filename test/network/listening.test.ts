import { connect as connectSocket } from 'node:net';
import t from 'tap';
import { listen } from '#network/listening.ts';
import { isStreamHandle } from '#network/stream-binding.ts';
import { TransportEnd } from './transport-pair.ts';

t.test('a port that is taken is the listener’s own error', async (t) => {
  const first = await listen({ host: '127.0.0.1', port: 0 }, () => {});
  const { port } = first.address as { port: number };
  const second = listen({ host: '127.0.0.1', port, exclusive: true }, () => {});
  await t.rejects(second, { code: 'EADDRINUSE' });
  first.server.close();
});

t.test('accepted connections are handed over, not yet reading, over either kind', async (t) => {
  for (const kind of ['handle', 'socket'] as const) {
    const accepted = Promise.withResolvers<TransportEnd>();
    const listening = await listen(
      { host: '127.0.0.1', port: 0 },
      (transport) => accepted.resolve(new TransportEnd(transport)),
      kind,
    );
    t.equal(listening.transports, kind);
    const client = connectSocket((listening.address as { port: number }).port, '127.0.0.1');
    client.write('hello');
    const end = await accepted.promise;
    t.equal(end.receivedBytes, 0);
    end.transport.readStart();
    await end.until(() => end.receivedBytes === 5);
    client.destroy();
    end.transport.destroy();
    await end.until(() => end.closes.length > 0);
    listening.server.close();
  }
});

t.test('an accept that fails harms nobody', async (t) => {
  let accepted = 0;
  const listening = await listen({ host: '127.0.0.1', port: 0 }, () => accepted++);
  const { _handle: handle } = listening.server as unknown as {
    _handle: { onconnection(status: number, accepted: unknown): void };
  };
  handle.onconnection(-24, undefined);
  handle.onconnection(0, {});
  t.equal(accepted, 0);
  listening.server.emit('error', new Error('no descriptors left'));
  listening.server.close();
});

t.test('only what has everything that is used is taken for a stream handle', async (t) => {
  for (const candidate of [undefined, null, 1, 'handle', {}, { readStart: () => 0 }]) {
    t.equal(isStreamHandle(candidate), false);
  }
});
