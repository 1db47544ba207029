/** How long a page may keep the main thread before other work gets its turn, in milliseconds. */
const SLICE_MS = 5;
/** Pieces joined before they are handed on: about what one write takes, in characters. */
const CHUNK_LENGTH = 65_536;

/** The main thread's time, taken in slices: ask `isOver` after each small step. */
export class TimeSlice {
  readonly #stepsPerReading: number;
  #untilReading: number;
  #endMs = performance.now() + SLICE_MS;

  /** `stepsPerReading`: after how many steps the clock is read, where steps are cheaper than that. */
  constructor(stepsPerReading = 1) {
    this.#stepsPerReading = stepsPerReading;
    this.#untilReading = stepsPerReading;
  }

  isOver(): boolean {
    this.#untilReading--;
    if (this.#untilReading > 0) return false;
    this.#untilReading = this.#stepsPerReading;
    return performance.now() >= this.#endMs;
  }

  /** Lets everything else have its turn, then begins the next slice. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#endMs = performance.now() + SLICE_MS;
  }
}

/** Joins small pieces into chunks, and lets the event loop turn after every few milliseconds of work. */
export async function* inSlices(pieces: Iterable<string>): AsyncGenerator<string, void, void> {
  const slice = new TimeSlice(32);
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length >= CHUNK_LENGTH) {
      yield chunk;
      chunk = '';
    }
    if (slice.isOver()) await slice.pause();
  }
  if (chunk !== '') yield chunk;
}
