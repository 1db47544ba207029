import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import type { Http1ServerOptions } from '#http/h1/server-options.ts';
import { readWithNode } from '../http/h1/llhttp.ts';
import { hear } from '../http/h1/server-harness.ts';
import { ScriptedTransport } from '../network/scripted-transport.ts';
import { Choices } from '../soak/random.ts';
import { damaged, randomRequest, randomResponse } from './http1-inputs.ts';
import { MiniProxy } from './mini-proxy.ts';

const USAGE = `Feeds random, damaged and randomly cut HTTP/1.1 through both codecs.

  npm run fuzz -- [options]

  --seconds N   how long (default 20)
  --seed N      begin with this seed instead of a random one
`;

/** A run of the loop that takes longer than this hangs, in milliseconds. */
const STEP_MS_MAX = 2000;
/** What the heap may grow between the first and the last quarter, in bytes. */
const GROWTH_MAX = 16 * 1024 * 1024;
const HEAD_BYTES_MAX = 2048;
const BUFFER_LIMIT_BYTES = 4096;

/**
 * What the other parser does not know: when the pool ends a connection, and methods that are allowed
 * although nobody knows them.
 */
const TOLERATED: ReadonlySet<string> = new Set(['HPE_CLOSED_CONNECTION', 'HPE_INVALID_METHOD']);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function optionsOf(choices: Choices): { server: Http1ServerOptions; client: Http1ClientOptions } {
  const common = {
    maxHeadersCount: 20,
    enableTrailers: choices.chance(0.5),
    allowChunkedLength: choices.chance(0.2),
    headerKeyFormat: choices.of([
      { kind: 'lower_case' },
      { kind: 'proper_case_words' },
      { kind: 'preserve_case', forwardReasonPhrase: true, ownHeaders: 'lower_case' },
    ] as const),
  };
  return {
    server: {
      ...common,
      maxRequestHeadersBytes: HEAD_BYTES_MAX,
      allowAbsoluteUrl: choices.chance(0.8),
      acceptHttp10: choices.chance(0.5),
      allowCustomMethods: choices.chance(0.2),
    },
    client: {
      ...common,
      maxResponseHeadersBytes: HEAD_BYTES_MAX,
      sendFullyQualifiedUrl: false,
    },
  };
}

/** A proxy between scripted ends. */
class Scene {
  readonly client = new ScriptedTransport();
  /** The present connection to the upstream, and those before it. */
  readonly upstreams: ScriptedTransport[] = [];
  readonly proxy: MiniProxy;
  #connecting: (() => void)[] = [];

  constructor(options: { server: Http1ServerOptions; client: Http1ClientOptions }) {
    const connectUpstream = (onConnected: () => void): ScriptedTransport => {
      const transport = new ScriptedTransport();
      this.upstreams.push(transport);
      this.#connecting.push(onConnected);
      return transport;
    };
    this.proxy = new MiniProxy(this.client, connectUpstream, {
      ...options,
      bufferLimitBytes: BUFFER_LIMIT_BYTES,
    });
  }

  /** Lets connections come up and turns end until nothing is left to do. */
  settle(): void {
    this.proxy.settle();
    for (const onConnected of this.#connecting.splice(0)) onConnected();
    this.proxy.settle();
    // What was destroyed is reported as closed, as a network would do it.
    for (const upstream of this.upstreams) if (upstream.state !== 'open') upstream.close();
    this.proxy.settle();
  }
}

/** Plays one connection from its first byte to its end; returns what went wrong, if anything. */
export function playConnection(seed: number): string | undefined {
  const choices = new Choices(seed);
  const options = optionsOf(choices);
  const { server } = options;
  const scene = new Scene(options);
  const isDamaged = choices.chance(0.7);
  const requests = Array.from({ length: choices.between(1, 4) }, () => randomRequest(choices));
  const text = isDamaged ? damaged(requests.join(''), choices) : requests.join('');
  const pieces = choices.cut(Buffer.from(text, 'latin1'), choices.between(1, 8));
  if (outcomeOf(pieces, server) !== outcomeOf([Buffer.from(text, 'latin1')], server)) {
    return `reads otherwise in pieces: ${JSON.stringify(pieces.map((piece) => piece.toString('latin1')))}`;
  }
  for (const piece of pieces) {
    if (piece.length > 0) scene.client.feed(piece);
    scene.settle();
    respond(scene, choices);
    if (choices.chance(0.05)) scene.client.isStuck = !scene.client.isStuck;
    if (choices.chance(0.2) && scene.client.queuedBytes > 0) scene.client.drain();
  }
  scene.client.isStuck = false;
  for (let round = 0; round < 6; round++) {
    if (scene.client.queuedBytes > 0) scene.client.drain();
    respond(scene, choices);
  }
  const stuck = stuckReason(scene);
  scene.client.close();
  for (const upstream of scene.upstreams) upstream.close();
  scene.settle();
  return stuck ?? leftOver(scene) ?? misread(scene);
}

/**
 * What a server hears of these pieces. A line is looked at when its end is there, so the last one
 * gets one; which of several defects is met first may depend on the pieces.
 */
function outcomeOf(pieces: readonly Buffer[], options: Http1ServerOptions): string {
  const present = pieces.filter(({ length }) => length > 0);
  const heard = hear([...present, '\n'], options);
  return JSON.stringify(heard.map((each) => ({ ...each, failure: each.failure !== undefined })));
}

/** Lets the upstream say something, mostly what an upstream would say. */
function respond(scene: Scene, choices: Choices): void {
  const upstream = scene.upstreams.at(-1);
  if (upstream === undefined || upstream.state !== 'open') return;
  if (choices.chance(0.1)) {
    upstream.feedEnd();
    upstream.destroy();
    upstream.close();
  } else if (choices.chance(0.7)) {
    const response = randomResponse(choices);
    const text = choices.chance(0.3) ? damaged(response, choices) : response;
    for (const piece of choices.cut(Buffer.from(text, 'latin1'), choices.between(1, 4))) {
      if (piece.length > 0 && upstream.isReading && upstream.state === 'open') upstream.feed(piece);
    }
  }
  scene.settle();
}

/** Nothing may wait for ever that nobody will wake. */
function stuckReason({ proxy, client }: Scene): string | undefined {
  const isWaiting = proxy.streamsBegun > proxy.streamsEnded;
  if (isWaiting || proxy.isClosing || client.state !== 'open') return undefined;
  return client.isReading ? undefined : 'an idle connection is not read';
}

function leftOver({ proxy, client }: Scene): string | undefined {
  if (proxy.streamsBegun !== proxy.streamsEnded) {
    return `${proxy.streamsBegun} streams began and ${proxy.streamsEnded} ended`;
  }
  return client.isBulk ? 'the bulk mode outlives its message' : undefined;
}

/** What was forwarded must be HTTP to somebody else as well. */
function misread({ upstreams }: Scene): string | undefined {
  for (const { sent } of upstreams) {
    if (isTunnel(sent)) continue;
    const { error } = readWithNode('request', Buffer.from(sent, 'latin1'));
    if (error !== undefined && !TOLERATED.has(error)) {
      return `forwarded what ends in ${error}: ${JSON.stringify(sent)}`;
    }
  }
  return undefined;
}

/** Tunnels carry anything. */
function isTunnel(sent: string): boolean {
  return /^CONNECT /m.test(sent) || /\r\nupgrade:/i.test(sent);
}

export interface FuzzRun {
  readonly connections: number;
  /** Each with its seed. */
  readonly failures: readonly string[];
  readonly grownBytes: number;
}

/** Plays connections until `isOver` says so. */
export function fuzz(firstSeed: number, isOver: (connections: number) => boolean): FuzzRun {
  const failures: string[] = [];
  let connections = 0;
  let settledHeap: number | undefined;
  for (; !isOver(connections) && failures.length < 10; connections++) {
    const seed = (firstSeed + connections) >>> 0;
    const failure = playGuarded(seed);
    if (failure !== undefined) failures.push(`seed ${seed}: ${failure}`);
    if (connections === 2000) settledHeap = heapUsed();
  }
  const grownBytes = settledHeap === undefined ? 0 : heapUsed() - settledHeap;
  if (grownBytes > GROWTH_MAX) failures.push(`the heap grew by ${grownBytes} bytes`);
  return { connections, failures, grownBytes };
}

function playGuarded(seed: number): string | undefined {
  const startMs = performance.now();
  try {
    const failure = playConnection(seed);
    const tookMs = performance.now() - startMs;
    return failure ?? (tookMs > STEP_MS_MAX ? `took ${tookMs.toFixed(0)} ms` : undefined);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function main(): number {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const seed =
    values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  const endMs = performance.now() + Number(values.seconds) * 1000;
  process.stdout.write(`seed ${seed}\n`);
  const { connections, failures, grownBytes } = fuzz(seed, () => performance.now() > endMs);
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  process.stdout.write(
    `${connections} connections, ${failures.length} failures, the heap grew by ${grownBytes} bytes\n`,
  );
  return failures.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main();
