import type { Http2Stream } from '#http/h2/stream.ts';

/** Streams that have something to send and window for it; each sends one frame at its turn. */
export class SendQueue {
  #first: Http2Stream | undefined = undefined;
  #last: Http2Stream | undefined = undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  push(stream: Http2Stream): void {
    if (stream.isQueued) return;
    stream.isQueued = true;
    stream.previousQueued = this.#last;
    if (this.#last === undefined) this.#first = stream;
    else this.#last.nextQueued = stream;
    this.#last = stream;
  }

  shift(): Http2Stream | undefined {
    const stream = this.#first;
    if (stream !== undefined) this.remove(stream);
    return stream;
  }

  /** Whoever has nothing more to send must not wait: while nobody may send, the queue only grows. */
  remove(stream: Http2Stream): void {
    if (!stream.isQueued) return;
    const { previousQueued: previous, nextQueued: next } = stream;
    if (previous === undefined) this.#first = next;
    else previous.nextQueued = next;
    if (next === undefined) this.#last = previous;
    else next.previousQueued = previous;
    stream.previousQueued = undefined;
    stream.nextQueued = undefined;
    stream.isQueued = false;
  }
}
