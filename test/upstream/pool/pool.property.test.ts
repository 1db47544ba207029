import fc from 'fast-check';
import t from 'tap';
import type { UpstreamProtocol } from '#upstream/pool/pool-callbacks.ts';
import { FRAME_TYPES, FrameReader, PREFACE } from '../../tools/http2/frames.ts';
import { type MadeConnection, PoolHarness, type TestStream } from './pool-harness.ts';
import { goAwayFrame, resetFrame } from './upstream-speech.ts';

/** Whatever requests, upstreams and time do: each request ends once, and nothing is left. */
const MAX_CONCURRENT_STREAMS = 3;
const OURS = 4;
const CANCEL = 8;

const steps = [
  'start',
  'start',
  'start',
  'accept',
  'accept',
  'answer',
  'answer',
  'fail',
  'end',
  'cancel',
  'reset',
  'upstreamReset',
  'goAway',
  'advance',
] as const;
type Step = (typeof steps)[number];

/** A connection as its upstream sees it. */
class UpstreamSide {
  readonly made: MadeConnection;
  readonly #isHttp2: boolean;
  readonly #frames = new FrameReader();
  #hasPreface = false;
  isAccepted = false;
  /** The streams that it has not answered, by their number on the connection. */
  readonly open = new Set<number>();

  constructor(made: MadeConnection, isHttp2: boolean) {
    this.made = made;
    this.#isHttp2 = isHttp2;
  }

  /** Takes in what the pool has sent. */
  look(): void {
    const sent = this.made.takeSent();
    if (!this.#isHttp2) {
      for (const _ of sent.matchAll(/GET \/ HTTP\/1\.1\r\n/g)) this.open.add(this.open.size);
      return;
    }
    let bytes = Buffer.from(sent, 'latin1');
    if (!this.#hasPreface && bytes.length > 0) {
      bytes = bytes.subarray(PREFACE.length);
      this.#hasPreface = true;
    }
    for (const { type, stream } of this.#frames.push(bytes)) {
      const number = (stream - 1) / 2;
      if (type === FRAME_TYPES.HEADERS) this.open.add(number);
      if (type === FRAME_TYPES.RST_STREAM) this.open.delete(number);
    }
  }
}

class Run {
  readonly harness: PoolHarness;
  readonly streams: TestStream[] = [];
  readonly cancelled = new Set<TestStream>();
  readonly sides: UpstreamSide[] = [];
  readonly #isHttp2: boolean;

  constructor(protocol: UpstreamProtocol) {
    this.#isHttp2 = protocol === 'HTTP/2';
    this.harness = new PoolHarness(protocol, {
      http2: { max_concurrent_streams: OURS },
      common: { idle_timeout: '3s', max_connection_duration: '5s', max_requests_per_connection: 7 },
      cluster: {
        circuit_breakers: {
          thresholds: [{ max_connections: 4, max_requests: 9, max_pending_requests: 6 }],
        },
      },
    });
  }

  do(step: Step, choice: number): void {
    const pick = <Item>(items: readonly Item[]): Item | undefined => items[choice % items.length];
    const connecting = this.sides.filter(({ made, isAccepted }) => made.isOpen && !isAccepted);
    const up = this.sides.filter(({ made, isAccepted }) => made.isOpen && isAccepted);
    const asked = up.filter(({ open }) => open.size > 0);
    switch (step) {
      case 'start':
        this.streams.push(this.harness.start());
        break;
      case 'accept': {
        const side = pick(connecting);
        if (side !== undefined) side.isAccepted = true;
        const limits = [[], [[MAX_CONCURRENT_STREAMS, 1 + (choice % 5)]], 'none'] as const;
        side?.made.accept(limits[choice % 3] as never);
        break;
      }
      case 'fail':
        pick(connecting)?.made.fail();
        break;
      case 'answer': {
        const side = pick(asked);
        const stream = side && pick([...side.open]);
        if (side === undefined || stream === undefined) break;
        side.open.delete(stream);
        side.made.answer(stream);
        break;
      }
      case 'end':
        pick(up)?.made.end();
        break;
      case 'cancel': {
        const waiting = this.streams.filter((one) => one.events.length === 0);
        const stream = pick(waiting.filter((one) => !this.cancelled.has(one)));
        if (stream?.pending === undefined) break;
        this.cancelled.add(stream);
        this.harness.pool().cancel(stream.pending);
        break;
      }
      case 'reset': {
        const stream = pick(this.streams.filter(isActive));
        if (stream === undefined) break;
        stream.events.push('given up');
        stream.encoder?.resetStream('localReset');
        break;
      }
      case 'upstreamReset': {
        const side = this.#isHttp2 ? pick(asked) : undefined;
        const stream = side && pick([...side.open]);
        if (side === undefined || stream === undefined) break;
        side.open.delete(stream);
        side.made.feed(resetFrame(stream, CANCEL));
        break;
      }
      case 'goAway':
        if (this.#isHttp2) pick(up)?.made.feed(goAwayFrame((choice % 3) - 1));
        break;
      case 'advance':
        this.harness.time.advance(choice % 2000);
    }
    this.#settle();
  }

  #settle(): void {
    const { made } = this.harness;
    for (const one of made) one.settle();
    for (const one of made.slice(this.sides.length)) {
      this.sides.push(new UpstreamSide(one, this.#isHttp2));
    }
    for (const side of this.sides) side.look();
  }

  check(): void {
    const ended = this.streams.filter((one) => endings(one) > 0);
    if (ended.some((one) => endings(one) > 1)) throw new Error('a stream ended twice');
    const limit = this.#isHttp2 ? OURS : 1;
    for (const { made, open } of this.sides) {
      if (made.isOpen && open.size > limit) throw new Error(`${open.size} streams at a time`);
    }
    const active = this.streams.filter(isActive).length;
    const waiting = this.streams.filter((one) => one.events.length === 0).length;
    const { requests, pendingRequests, connections } = this.harness.cluster.resources('default');
    same('requests', requests.count, active);
    same('pending', pendingRequests.count, waiting - this.cancelled.size);
    same('connections', connections.count, this.harness.openConnections);
  }

  /** Everything goes: what waits is refused, what is under way is lost. */
  finish(): void {
    for (let round = 0; this.harness.openConnections > 0 && round < 50; round++) {
      for (const { made, isAccepted } of [...this.sides]) {
        if (!made.isOpen) continue;
        if (isAccepted) made.end();
        else made.fail();
        this.#settle();
      }
    }
  }
}

function isActive({ events }: TestStream): boolean {
  return (events[0]?.startsWith('ready') ?? false) && events.length === 1;
}

function endings({ events }: TestStream): number {
  return events.filter((event) => /^(failure|reset|given up)| end$/.test(event)).length;
}

function same(what: string, actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`${what}: ${actual}, not ${expected}`);
}

for (const protocol of ['HTTP/1.1', 'HTTP/2'] as const) {
  t.test(`${protocol}: every request ends once, and nothing is left`, async (t) => {
    const step = fc.tuple(fc.constantFrom(...steps), fc.nat(10_000));
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }), (script) => {
        const run = new Run(protocol);
        for (const [name, choice] of script) {
          run.do(name, choice);
          run.check();
        }
        run.finish();
        for (const stream of run.streams) {
          if (run.cancelled.has(stream)) same('events of a cancelled one', stream.events.length, 0);
          else same('ends', endings(stream), 1);
        }
        const left = run.harness.leftOver;
        if (Object.keys(left).length > 0) throw new Error(JSON.stringify(left));
      }),
      { numRuns: 150 },
    );
    t.pass();
  });
}
