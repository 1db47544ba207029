import type { Http2Stream } from '#http/h2/stream.ts';

/** The streams of a connection of which something is still to be read or sent. */
export class StreamTable<Stream extends Http2Stream> {
  readonly #streams: Map<number, Stream> = new Map();
  /** Frames of one stream come in runs. */
  #last: Stream | undefined = undefined;

  get size(): number {
    return this.#streams.size;
  }

  get(id: number): Stream | undefined {
    if (this.#last !== undefined && this.#last.id === id) return this.#last;
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#last = stream;
    return stream;
  }

  add(stream: Stream): void {
    this.#streams.set(stream.id, stream);
    this.#last = stream;
  }

  remove(stream: Stream): void {
    this.#streams.delete(stream.id);
    if (this.#last === stream) this.#last = undefined;
  }

  /** All of them, oldest first; streams may go while it is walked. */
  values(): Iterable<Stream> {
    return this.#streams.values();
  }
}
