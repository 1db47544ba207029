import { parentPort } from 'node:worker_threads';
import type { WorkerCommand, WorkerIdentity, WorkerReport } from '#worker/messages.ts';
import { Worker } from '#worker/worker.ts';

// The first thing a worker thread runs: from here on it listens to the main thread.
const port = parentPort;
if (port === null) throw new Error('assertion failed: a worker runs in a thread of its own');

// A thread is started before anybody knows which worker it will be: its first message says it.
port.once('message', (identity: WorkerIdentity) => {
  const worker = new Worker(identity, (report: WorkerReport, transfer = []) => {
    port.postMessage(report, [...transfer]);
  });
  // Commands are carried out one after the other: opening a listener takes a moment.
  let queue: Promise<void> = Promise.resolve();
  port.on('message', (command: WorkerCommand) => {
    queue = queue.then(() => worker.handle(command));
  });
});
