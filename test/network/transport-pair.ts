import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ConnectOptions, connect } from '#network/connecting.ts';
import { listen } from '#network/listening.ts';
import type { Transport, TransportEvents } from '#network/transport.ts';

export type TransportKind = 'handle' | 'socket';

export const KINDS: readonly TransportKind[] = ['handle', 'socket'];

/** One end of a connection over the loopback interface, with everything that it heard. */
export class TransportEnd implements TransportEvents {
  readonly transport: Transport;
  /** What was read, copied, unless `onRead` takes it. */
  readonly chunks: Buffer[] = [];
  receivedBytes = 0;
  ends = 0;
  drains = 0;
  readonly closes: (string | undefined)[] = [];
  onRead: ((bytes: Buffer) => void) | undefined = undefined;
  readonly #waiting: { readonly isTrue: () => boolean; readonly resolve: () => void }[] = [];

  constructor(transport: Transport) {
    this.transport = transport;
    transport.start(this);
  }

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Resolves once the condition holds; it is looked at whenever something happens here. */
  until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isTrue, resolve }));
  }

  onBytes(bytes: Buffer, length: number): void {
    this.receivedBytes += length;
    if (this.onRead === undefined) this.chunks.push(Buffer.from(bytes.subarray(0, length)));
    else this.onRead(bytes.subarray(0, length));
    this.#look();
  }

  onEnd(): void {
    this.ends++;
    this.#look();
  }

  onDrained(): void {
    this.drains++;
    this.#look();
  }

  onClose(systemError: string | undefined): void {
    this.closes.push(systemError);
    this.#look();
  }

  #look(): void {
    for (let index = this.#waiting.length - 1; index >= 0; index--) {
      const waiting = this.#waiting[index];
      if (waiting === undefined || !waiting.isTrue()) continue;
      this.#waiting.splice(index, 1);
      waiting.resolve();
    }
  }
}

export interface TransportPair {
  readonly client: TransportEnd;
  readonly server: TransportEnd;
  close(): Promise<void>;
}

/** Connects and gives the transport that is up. */
export async function connectTo(
  options: Pick<ConnectOptions, 'address'>,
  kind: TransportKind,
): Promise<TransportEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const transport = connect(
    { source: undefined, ...options },
    { onConnected: resolve, onConnectFailed: ({ systemError }) => reject(new Error(systemError)) },
    kind,
  );
  const end = new TransportEnd(transport);
  await promise;
  return end;
}

/** Two transports that are connected; neither reads yet. */
export async function transportPair(
  clientKind: TransportKind,
  serverKind: TransportKind = clientKind,
): Promise<TransportPair> {
  const accepted = Promise.withResolvers<TransportEnd>();
  const listening = await listen(
    { host: '127.0.0.1', port: 0 },
    (transport) => accepted.resolve(new TransportEnd(transport)),
    serverKind,
  );
  const { port } = listening.address as AddressInfo;
  const client = await connectTo({ address: { kind: 'ip', host: '127.0.0.1', port } }, clientKind);
  const server = await accepted.promise;
  return {
    client,
    server,
    close: async () => {
      for (const end of [client, server]) {
        end.transport.destroy();
        await end.until(() => end.closes.length > 0);
      }
      listening.server.close();
      await once(listening.server, 'close');
    },
  };
}
