import fc from 'fast-check';
import t from 'tap';
import { headerMapsInUse } from '#http/header-pool.ts';
import { SETTINGS } from '../tools/http2/frames.ts';
import { Http2Client } from './http2-client.ts';
import { ManagerHarness } from './manager-harness.ts';

const CANCEL = 8;

/** What is done to one of the streams; `stream` chooses among those that are open. */
type Step =
  | { readonly kind: 'open'; readonly hasBody: boolean }
  | { readonly kind: 'endRequest' | 'reset' | 'takeAnswer'; readonly stream: number }
  | { readonly kind: 'answer'; readonly stream: number; readonly hasBody: boolean };

/** A stream as it should be. */
interface ModelStream {
  readonly id: number;
  isRequestComplete: boolean;
  hasWindow: boolean;
  /** Answered, but for what the client has no window for. */
  isLingering: boolean;
}

const index = fc.nat({ max: 7 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('open'), hasBody: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('answer'), stream: index, hasBody: fc.boolean() }),
  },
  fc.record({ kind: fc.constantFrom('endRequest', 'reset', 'takeAnswer'), stream: index }),
);

/** Plays against the connection manager, and says what should be. */
class Play {
  readonly #harness = new ManagerHarness();
  readonly #client: Http2Client;
  readonly #isStuck: boolean;
  readonly #open: ModelStream[] = [];
  #ended = 0;
  #nextId = 1;

  /** `isStuck`: the client has no window for bodies. */
  constructor(isStuck: boolean) {
    this.#isStuck = isStuck;
    this.#client = new Http2Client(this.#harness, [
      [SETTINGS.INITIAL_WINDOW_SIZE, isStuck ? 0 : 65_535],
    ]);
  }

  do(step: Step): void {
    if (step.kind === 'open') return this.#begin(step.hasBody);
    const stream = this.#open[step.stream % Math.max(this.#open.length, 1)];
    if (stream === undefined) return;
    switch (step.kind) {
      case 'endRequest':
        if (stream.isRequestComplete) return;
        stream.isRequestComplete = true;
        this.#client.data(stream.id, 'rest', true);
        return;
      case 'reset':
        this.#client.reset(stream.id, CANCEL);
        this.#end(stream);
        return;
      case 'takeAnswer':
        this.#client.window(stream.id, 100);
        stream.hasWindow = true;
        if (stream.isLingering) this.#end(stream);
        return;
      case 'answer':
        this.#answer(stream, step.hasBody);
    }
  }

  #begin(hasBody: boolean): void {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#client.request(id, 'POST', `/${id}`, [], !hasBody);
    this.#open.push({
      id,
      isRequestComplete: !hasBody,
      hasWindow: !this.#isStuck,
      isLingering: false,
    });
  }

  #answer(stream: ModelStream, hasBody: boolean): void {
    if (stream.isLingering) return;
    this.#harness.respond(200, hasBody ? 'body' : '', [], `/${stream.id}`);
    this.#client.received();
    if (hasBody && !stream.hasWindow && stream.isRequestComplete) stream.isLingering = true;
    else this.#end(stream);
  }

  #end(stream: ModelStream): void {
    this.#open.splice(this.#open.indexOf(stream), 1);
    this.#ended++;
  }

  check(): void {
    const active = this.#harness.stat('downstream_rq_active');
    const { length } = this.#harness.logged;
    if (active !== this.#open.length) throw new Error(`${active} of ${this.#open.length} active`);
    if (length !== this.#ended) throw new Error(`${length} of ${this.#ended} logged`);
  }

  /** The client leaves; nothing may be left. */
  finish(): void {
    this.#ended += this.#open.splice(0).length;
    this.#client.close();
    this.check();
    const left = [...this.#harness.gaugesInUse, headerMapsInUse()];
    if (left.length !== 1 || left[0] !== 0) throw new Error(`left: ${left}`);
    if (this.#harness.time.wheel.size !== 0) throw new Error('timers are left');
  }
}

t.test('streams begin and end as they should, in whatever order', async () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(step, { minLength: 20, maxLength: 60 }),
      (isStuck, steps) => {
        const play = new Play(isStuck);
        for (const step of steps) {
          play.do(step);
          play.check();
        }
        play.finish();
      },
    ),
  );
});
