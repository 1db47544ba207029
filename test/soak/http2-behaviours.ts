import { constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from './body.ts';
import { Http2SoakConnection, type Http2SoakRun } from './http2-client.ts';
import type { Choices } from './random.ts';

type Behaviour = (run: Http2SoakRun, choices: Choices) => Promise<void>;

const KINDS = {
  plain: 10,
  drip: 4,
  trailers: 4,
  empty: 2,
  failing: 1,
  reset: 1,
  early: 1,
  silent: 1,
} as const;
const SMALL_BYTES = 8_000;
const LARGE_BYTES = 400_000;

function anyTarget(connection: Http2SoakConnection, choices: Choices): Target {
  const kind = choices.weighted(KINDS);
  const largest = choices.chance(0.1) ? LARGE_BYTES : SMALL_BYTES;
  return connection.newTarget(kind, choices.between(0, largest));
}

/** Streams side by side and one after the other. */
async function mixed(run: Http2SoakRun, choices: Choices): Promise<void> {
  const connection = new Http2SoakConnection(run);
  for (let left = choices.between(1, 5); left > 0 && !run.isOver(); left -= 1) {
    const streams = Array.from({ length: choices.between(1, 10) }, () =>
      choices.chance(0.2)
        ? connection.upload(
            connection.newTarget('upload', choices.between(0, LARGE_BYTES)),
            choices,
          )
        : connection.ask(anyTarget(connection, choices)),
    );
    await Promise.all(streams);
    await run.pace.turn();
  }
  connection.leave();
}

/** Cancels streams at any moment, while others on the same connection go on. */
async function aborting(run: Http2SoakRun, choices: Choices): Promise<void> {
  const connection = new Http2SoakConnection(run);
  const bystander = connection.ask(connection.newTarget('drip', SMALL_BYTES));
  for (let left = choices.between(1, 8); left > 0; left -= 1) {
    const isUpload = choices.chance(0.4);
    const target = connection.newTarget(choices.of(['plain', 'drip', 'silent']), LARGE_BYTES);
    const stream = connection.begin(target, isUpload ? 'POST' : 'GET', isUpload);
    if (stream === undefined) break;
    if (isUpload) stream.write(Buffer.alloc(choices.between(1, 60_000)));
    stream.resume();
    if (choices.chance(0.8)) await sleep(choices.between(0, 60));
    stream.close(choices.of([constants.NGHTTP2_CANCEL, constants.NGHTTP2_INTERNAL_ERROR]));
    run.findings.tally('streams cancelled');
  }
  await bystander;
  connection.leave();
}

/** Reads late and little, while others on the same connection are read at once. */
async function slowReading(run: Http2SoakRun, choices: Choices): Promise<void> {
  const window = choices.of([4_000, 16_384, 65_535]);
  const connection = new Http2SoakConnection(run, { initialWindowSize: window });
  const target = connection.newTarget('plain', choices.between(50_000, LARGE_BYTES));
  const stream = connection.begin(target);
  if (stream === undefined) return;
  stream.pause();
  await connection.ask(connection.newTarget('plain', SMALL_BYTES));
  await sleep(choices.between(50, 800));
  connection.judge(target, await connection.end(stream, target));
  connection.leave();
}

/** Never reads at all and goes. */
async function neverReading(run: Http2SoakRun, choices: Choices): Promise<void> {
  const connection = new Http2SoakConnection(run, { initialWindowSize: 100 });
  for (let left = choices.between(1, 5); left > 0; left -= 1) {
    connection.begin(connection.newTarget('plain', LARGE_BYTES))?.pause();
  }
  await sleep(choices.between(50, 1_500));
  connection.vanish();
}

/** Is gone with everything under way. */
async function vanishing(run: Http2SoakRun, choices: Choices): Promise<void> {
  const connection = new Http2SoakConnection(run);
  for (let left = choices.between(1, 10); left > 0; left -= 1) {
    const isUpload = choices.chance(0.3);
    const target = connection.newTarget(choices.of(['plain', 'drip', 'upload']), SMALL_BYTES);
    const stream = connection.begin(target, isUpload ? 'POST' : 'GET', isUpload);
    stream?.resume();
    if (isUpload) stream?.write(Buffer.alloc(1_000));
  }
  await sleep(choices.between(0, 60));
  connection.vanish();
}

export const http2Behaviours = { mixed, aborting, slowReading, neverReading, vanishing } as const;
export type Http2BehaviourName = keyof typeof http2Behaviours;

export const http2BehaviourWeights: Readonly<Record<Http2BehaviourName, number>> = {
  mixed: 10,
  aborting: 4,
  slowReading: 3,
  neverReading: 1,
  vanishing: 2,
};

http2Behaviours satisfies Readonly<Record<Http2BehaviourName, Behaviour>>;
