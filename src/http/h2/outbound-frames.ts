import type { Http2Options } from '#http/h2/http2-options.ts';

/** Output up to a point, as it was when it was handed to the connection. */
interface Mark {
  readonly bytes: number;
  readonly frames: number;
  readonly controlFrames: number;
}

export type OutboundFlood = 'outbound_flood' | 'outbound_control_flood';

/**
 * Counts the frames that wait because the peer does not read them: a peer that makes us answer
 * without ever reading the answers would fill our memory.
 */
export class OutboundFrames {
  readonly #framesMax: number;
  readonly #controlFramesMax: number;
  /* Since the connection began. */
  #bytes = 0;
  #frames = 0;
  #controlFrames = 0;
  /* Of these the peer has taken. */
  #sentFrames = 0;
  #sentControlFrames = 0;
  /** What waits, oldest first; there is none while the peer keeps up. */
  #marks: Mark[] | undefined = undefined;

  constructor(options: Http2Options) {
    this.#framesMax = options.maxOutboundFrames;
    this.#controlFramesMax = options.maxOutboundControlFrames;
  }

  /** A frame was written, DATA or any other one. */
  count(): void {
    this.#frames++;
  }

  /** An acknowledgement or RST_STREAM was written: what a peer can make us send at no cost. */
  countControl(): void {
    this.#frames++;
    this.#controlFrames++;
  }

  get queued(): number {
    return this.#frames - this.#sentFrames;
  }

  get queuedControl(): number {
    return this.#controlFrames - this.#sentControlFrames;
  }

  /** So many bytes were handed over, of which (and of those before) `backlog` are not sent. */
  flushed(bytes: number, backlog: number): OutboundFlood | undefined {
    this.#bytes += bytes;
    if (backlog === 0) {
      this.#marks = undefined;
      this.#sentFrames = this.#frames;
      this.#sentControlFrames = this.#controlFrames;
      return undefined;
    }
    this.#marks ??= [];
    this.#marks.push({
      bytes: this.#bytes,
      frames: this.#frames,
      controlFrames: this.#controlFrames,
    });
    this.#forgetSent(this.#marks, this.#bytes - backlog);
    if (this.queued > this.#framesMax) return 'outbound_flood';
    return this.queuedControl > this.#controlFramesMax ? 'outbound_control_flood' : undefined;
  }

  #forgetSent(marks: Mark[], sentBytes: number): void {
    let count = 0;
    while (count < marks.length && (marks[count] as Mark).bytes <= sentBytes) count++;
    if (count === 0) return;
    const last = marks[count - 1] as Mark;
    this.#sentFrames = last.frames;
    this.#sentControlFrames = last.controlFrames;
    marks.splice(0, count);
  }
}
