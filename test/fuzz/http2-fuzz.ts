import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_HTTP2_OPTIONS, type Http2Options } from '#http/h2/http2-options.ts';
import { headerMapsInUse } from '#http/header-pool.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { statOf } from '../http/h2/endpoint-services.ts';
import { FrameLog, PREFACE, settings } from '../http/h2/frames.ts';
import type { ScriptedTransport } from '../network/scripted-transport.ts';
import { Choices } from '../soak/random.ts';
import { Conversation, randomFrame, randomRequest, randomResponse } from './http2-inputs.ts';
import { Http2MiniProxy } from './http2-mini-proxy.ts';

const USAGE = `Feeds random and broken sequences of HTTP/2 frames to both codecs.

  node test/fuzz/http2-fuzz.ts [options]

  --seconds N   how long (default 20)
  --seed N      begin with this seed instead of a random one
`;

function optionsOf(choices: Choices): Http2Options {
  return {
    ...DEFAULT_HTTP2_OPTIONS,
    maxConcurrentStreams: choices.of([1, 5, 100]),
    initialStreamWindowSize: choices.of([65_535, 1_000_000]),
    initialConnectionWindowSize: choices.of([65_535, 200_000]),
    allowConnect: choices.chance(0.3),
    streamErrorOnInvalidHttpMessage: choices.chance(0.8),
    maxHeadersBytes: 2000,
    maxHeadersCount: 20,
    maxConsecutiveInboundFramesWithEmptyPayload: choices.of([1, 100]),
    maxInboundWindowUpdateFramesPerDataFrameSent: choices.of([10, 1000]),
    headersWithUnderscoresAction: choices.of(['ALLOW', 'REJECT_REQUEST', 'DROP_HEADER'] as const),
    streamBufferLimitBytes: choices.of([1000, 50_000]),
    streamFlushTimeoutMs: choices.of([0, 5000]),
  };
}

/** Checks that what a codec sends makes sense to its peer. */
class WireCheck {
  readonly #log = new FrameLog();
  readonly #over = new Set<string>();
  #isFinished = false;
  #begun: number[] = [];
  readonly #seen = new Set<string>();
  #skip: number;

  constructor(skip: number) {
    this.#skip = skip;
  }

  read(transport: ScriptedTransport): void {
    const bytes = Buffer.from(transport.takeSent(), 'latin1');
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    for (const line of this.#log.read(bytes.subarray(skipped))) this.#check(line);
  }

  /** Streams that were begun since it was last asked. */
  takeBegun(): number[] {
    return this.#begun.splice(0);
  }

  #check(line: string): void {
    if (this.#isFinished) throw new Error(`behind the last GOAWAY: ${line}`);
    const [type, id] = line.split(' ') as [string, string];
    if (type === 'GOAWAY' && !line.endsWith('NO_ERROR')) this.#isFinished = true;
    if (type === 'HEADERS' && !this.#seen.has(id)) {
      this.#seen.add(id);
      this.#begun.push(Number(id));
    }
    const isOfMessage = type === 'HEADERS' || type === 'DATA';
    if (isOfMessage && this.#over.has(id)) throw new Error(`behind the end of its stream: ${line}`);
    if (type === 'WINDOW_UPDATE' && this.#over.has(`reset ${id}`)) {
      throw new Error(`behind a reset: ${line}`);
    }
    if (type === 'RST_STREAM') this.#over.add(id).add(`reset ${id}`);
    if (isOfMessage && line.endsWith(' end')) this.#over.add(id);
  }
}

function play(seed: number): string | undefined {
  const choices = new Choices(seed);
  const proxy = new Http2MiniProxy(optionsOf(choices));
  const { downstream, upstream, time } = proxy;
  const requests = new Conversation();
  const responses = new Conversation();
  const toClient = new WireCheck(0);
  const toServer = new WireCheck(PREFACE.length);
  const feed = (side: typeof downstream, bytes: Buffer): void => {
    for (const piece of choices.cut(bytes, choices.between(1, 3))) {
      if (piece.length > 0 && !side.isOver && side.transport.state === 'open')
        side.transport.feed(piece);
    }
    if (choices.chance(0.8)) proxy.settle();
  };
  feed(downstream, Buffer.concat([PREFACE, settings([4, choices.of([0, 100, 5000, 65_535])])]));
  const window = choices.of([0, 100, 5000, 65_535]);
  feed(upstream, settings([3, choices.of([1, 50, 1000])], [4, window], [8, 1]));
  for (let step = choices.between(5, 80); step > 0; step--) {
    const isDownstream = choices.chance(0.5);
    const side = isDownstream ? downstream : upstream;
    if (choices.chance(0.03)) side.transport.isStuck = !side.transport.isStuck;
    if (choices.chance(0.1) && side.transport.queuedBytes > 0) side.transport.drain();
    if (choices.chance(0.03)) time.advance(choices.of([100, 3000, 6000]));
    if (isDownstream) {
      const isHead = choices.chance(requests.open.length === 0 ? 0.98 : 0.2);
      feed(side, isHead ? randomRequest(requests, choices) : randomFrame(requests, choices));
    } else {
      // The upstream answers what it was asked, mostly.
      for (const id of toServer.takeBegun()) responses.open.push(id);
      if (responses.open.length === 0 && choices.chance(0.99)) continue;
      const isHead = choices.chance(0.3);
      feed(side, isHead ? randomResponse(responses, choices) : randomFrame(responses, choices));
    }
    if (choices.chance(0.01)) proxy.server.shutdownNotice();
    if (choices.chance(0.01)) proxy.server.goAway();
    toClient.read(downstream.transport);
    toServer.read(upstream.transport);
  }
  for (const { transport } of [downstream, upstream]) {
    transport.isStuck = false;
    if (transport.queuedBytes > 0) transport.drain();
  }
  proxy.settle();
  toClient.read(downstream.transport);
  toServer.read(upstream.transport);
  const ends = [downstream, upstream];
  if (choices.chance(0.5)) ends.reverse();
  for (const { transport } of ends) transport.close();
  proxy.settle();
  return leftOver(proxy);
}

function leftOver(proxy: Http2MiniProxy): string | undefined {
  const { streamsBegun, streamsEnded, downstreamStats, upstreamStats, time } = proxy;
  if (streamsBegun !== streamsEnded) return `${streamsBegun} streams began, ${streamsEnded} ended`;
  const active = proxy.server.activeStreams + proxy.client.activeStreams;
  if (active !== 0) return `${active} streams are left in the codecs`;
  if (time.timers.size > 0) return `${time.timers.size} timers are left`;
  return gaugeLeft(downstreamStats) ?? gaugeLeft(upstreamStats);
}

function gaugeLeft(stats: StatBlock): string | undefined {
  for (const name of [
    'streams_active',
    'pending_send_bytes',
    'outbound_frames_active',
    'outbound_control_frames_active',
  ] as const) {
    const value = statOf(stats, name);
    if (value !== 0) return `${name} is ${value}`;
  }
  return undefined;
}

export interface FuzzRun {
  readonly connections: number;
  /** Each with its seed. */
  readonly failures: readonly string[];
}

/** Plays connections until `isOver` says so. */
export function fuzz(firstSeed: number, isOver: (connections: number) => boolean): FuzzRun {
  const failures: string[] = [];
  let connections = 0;
  const mapsBefore = headerMapsInUse();
  for (; !isOver(connections) && failures.length < 10; connections++) {
    const seed = (firstSeed + connections) >>> 0;
    const failure = playGuarded(seed);
    if (failure !== undefined) failures.push(`seed ${seed}: ${failure}`);
    const maps = headerMapsInUse() - mapsBefore;
    if (maps !== 0 && failure === undefined) {
      failures.push(`seed ${seed}: ${maps} header maps are left`);
      break;
    }
  }
  return { connections, failures };
}

function playGuarded(seed: number): string | undefined {
  try {
    return play(seed);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  else {
    const seed =
      values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
    const endMs = performance.now() + Number(values.seconds) * 1000;
    const { connections, failures } = fuzz(seed, () => performance.now() > endMs);
    process.stdout.write(`${connections} connections from seed ${seed}\n${failures.join('\n')}\n`);
    process.exitCode = failures.length > 0 ? 1 : 0;
  }
}
