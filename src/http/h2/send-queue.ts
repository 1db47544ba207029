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
    if (this.#last === undefined) this.#first = stream;
    else this.#last.nextQueued = stream;
    this.#last = stream;
  }

  shift(): Http2Stream | undefined {
    const stream = this.#first;
    if (stream === undefined) return undefined;
    this.#first = stream.nextQueued;
    if (this.#first === undefined) this.#last = undefined;
    stream.nextQueued = undefined;
    stream.isQueued = false;
    return stream;
  }
}
