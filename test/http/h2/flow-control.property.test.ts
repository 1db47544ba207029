import fc from 'fast-check';
import t from 'tap';
import { responseOf } from '../h1/server-harness.ts';
import { statOf } from './endpoint-services.ts';
import { GET, headers, settings, windowUpdate } from './frames.ts';
import { Http2ServerHarness } from './server-harness.ts';

const STREAMS = 3;
const DEFAULT_WINDOW = 65_535;

type Step =
  | {
      readonly kind: 'write';
      readonly stream: number;
      readonly bytes: number;
      readonly isLast: boolean;
    }
  | { readonly kind: 'stream window'; readonly stream: number; readonly bytes: number }
  | { readonly kind: 'connection window'; readonly bytes: number }
  | { readonly kind: 'initial window'; readonly bytes: number }
  | { readonly kind: 'socket'; readonly isStuck: boolean };

const stream = fc.integer({ min: 0, max: STREAMS - 1 });
const bytes = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 90_000 }));

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), stream, bytes, isLast: fc.boolean() }),
  fc.record({ kind: fc.constant('stream window' as const), stream, bytes }),
  fc.record({ kind: fc.constant('connection window' as const), bytes }),
  fc.record({
    kind: fc.constant('initial window' as const),
    bytes: fc.integer({ min: 0, max: 100_000 }),
  }),
  fc.record({ kind: fc.constant('socket' as const), isStuck: fc.boolean() }),
);

/** What RFC 9113 section 5.2 allows, kept beside the codec. */
class Model {
  connectionWindow = DEFAULT_WINDOW;
  initialWindow = DEFAULT_WINDOW;
  readonly streams = Array.from({ length: STREAMS }, () => ({
    window: DEFAULT_WINDOW,
    written: 0,
    sent: 0,
    isEndWritten: false,
    isEndSent: false,
  }));

  /** Takes over what was sent; tells what was wrong with it. */
  note(frames: readonly string[]): string | undefined {
    for (const line of frames) {
      const match = /^DATA (\d+) (?:(\d+) bytes|(x*))( end)?$/.exec(line);
      if (match === null) continue;
      const one = this.streams[(Number(match[1]) - 1) / 2];
      if (one === undefined) return `a stream of its own: ${line}`;
      const size = match[2] === undefined ? (match[3] as string).length : Number(match[2]);
      if (one.isEndSent) return `more behind the end: ${line}`;
      one.window -= size;
      one.sent += size;
      this.connectionWindow -= size;
      if (size > 0 && (one.window < 0 || this.connectionWindow < 0)) return `too much: ${line}`;
      if (one.sent > one.written) return `made up: ${line}`;
      if (match[4] !== undefined) one.isEndSent = true;
    }
    return undefined;
  }

  /** Whether something could be sent and was not. */
  get isHeldUp(): boolean {
    return this.streams.some(
      (one) =>
        (one.sent < one.written && one.window > 0 && this.connectionWindow > 0) ||
        (one.sent === one.written && one.isEndWritten && !one.isEndSent),
    );
  }
}

function run(steps: readonly Step[]): string | undefined {
  const harness = new Http2ServerHarness({ maxInboundWindowUpdateFramesPerDataFrameSent: 1000 });
  const model = new Model();
  for (let index = 0; index < STREAMS; index++) {
    harness.feed(headers(1 + 2 * index, GET));
    harness.last.encoder.encodeHeaders(responseOf(200), false);
  }
  harness.frames();
  for (const each of steps) {
    apply(each, harness, model);
    const wrong = model.note(harness.frames());
    if (wrong !== undefined) return wrong;
    const isFree = !harness.connection.isAboveHighWatermark;
    if (isFree && model.isHeldUp) return `held up behind ${JSON.stringify(each)}`;
    if (harness.errors.length > 0) return harness.errors.join();
    const waiting = model.streams.reduce((sum, one) => sum + one.written - one.sent, 0);
    if (statOf(harness.stats, 'pending_send_bytes') !== waiting)
      return 'pending_send_bytes is wrong';
  }
  return undefined;
}

function apply(each: Step, harness: Http2ServerHarness, model: Model): void {
  switch (each.kind) {
    case 'write': {
      const one = model.streams[each.stream] as (typeof model.streams)[0];
      if (one.isEndWritten) return;
      one.written += each.bytes;
      one.isEndWritten = each.isLast;
      const { encoder } = harness.streams[each.stream] as Http2ServerHarness['last'];
      encoder.encodeData(Buffer.alloc(each.bytes, 'x'), each.isLast);
      return;
    }
    case 'stream window': {
      const one = model.streams[each.stream] as (typeof model.streams)[0];
      one.window += each.bytes;
      harness.feed(windowUpdate(1 + 2 * each.stream, each.bytes));
      return;
    }
    case 'connection window':
      model.connectionWindow += each.bytes;
      harness.feed(windowUpdate(0, each.bytes));
      return;
    case 'initial window':
      for (const one of model.streams) one.window += each.bytes - model.initialWindow;
      model.initialWindow = each.bytes;
      harness.feed(settings([4, each.bytes]));
      return;
    case 'socket':
      harness.transport.isStuck = each.isStuck;
      if (!each.isStuck) harness.transport.drain();
      return;
  }
}

t.test('everything is sent that may be sent, and nothing else', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const failure = run(steps);
      if (failure !== undefined) throw new Error(failure);
    }),
    { numRuns: 300 },
  );
  t.pass('whatever the windows do');
});
