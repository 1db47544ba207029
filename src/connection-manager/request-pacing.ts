import type { ActiveStream } from '#connection-manager/active-stream.ts';

const MAX_REQUESTS = 'http.max_requests_per_io_cycle';

/** What the runtime says of `http.max_requests_per_io_cycle`: by default there is no limit. */
export function maxRequestsPerCycle(runtime: {
  getInteger(key: string, fallback: number): number;
}): number {
  return Math.max(runtime.getInteger(MAX_REQUESTS, Number.POSITIVE_INFINITY), 1);
}

/**
 * Lets no more than so many requests of a connection reach the filters in one turn of the loop, so
 * that a client that sends a thousand at once does not make all others wait. The rest come in the
 * turns after it, in their order.
 */
export class RequestPacing {
  readonly #limit: number;
  readonly #later: (run: () => void) => void;
  readonly #waiting: ActiveStream[] = [];
  #served = 0;

  constructor(limit: number, later: (run: () => void) => void) {
    this.#limit = limit;
    this.#later = later;
  }

  /** Bytes arrived: another turn begins. */
  beginTurn(): void {
    if (this.#waiting.length === 0) this.#served = 0;
  }

  /** Whether this request has to wait; then `passOnRequest` is called when its turn has come. */
  defers(stream: ActiveStream): boolean {
    if (this.#waiting.length === 0 && ++this.#served <= this.#limit) return false;
    if (this.#waiting.push(stream) === 1) this.#later(this.#serve);
    return true;
  }

  readonly #serve = (): void => {
    let served = 0;
    while (this.#waiting.length > 0 && served < this.#limit) {
      const stream = this.#waiting.shift() as ActiveStream;
      if (stream.isOver) continue;
      served++;
      stream.passOnRequest();
    }
    this.#served = served;
    if (this.#waiting.length > 0) this.#later(this.#serve);
  };
}
