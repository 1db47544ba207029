import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** Listens with the shortest queue and then never runs again, so that nothing is ever accepted. */
const PROGRAM = `
const { createServer } = require('node:net');
const { parentPort } = require('node:worker_threads');
const server = createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
`;

/** More connections than a queue of one admits. */
const FILLERS = 4;

/** A port to which no further connection can be made: attempts neither succeed nor fail, they wait. */
export class DeafListener {
  readonly port: number;
  readonly #worker: Worker;
  readonly #fillers: readonly Socket[];

  constructor(port: number, worker: Worker, fillers: readonly Socket[]) {
    this.port = port;
    this.#worker = worker;
    this.#fillers = fillers;
  }

  static async start(): Promise<DeafListener> {
    const worker = new Worker(PROGRAM, { eval: true });
    const [port] = (await once(worker, 'message')) as [number];
    const fillers = Array.from({ length: FILLERS }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      return socket;
    });
    await sleep(50);
    return new DeafListener(port, worker, fillers);
  }

  async stop(): Promise<void> {
    for (const each of this.#fillers) each.destroy();
    await this.#worker.terminate();
  }
}
