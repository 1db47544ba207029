/** How long a page may keep the main thread before other work gets its turn, in milliseconds. */
const SLICE_MS = 5;
/** Pieces joined before they are handed on: about what one write takes, in characters. */
const CHUNK_LENGTH = 65_536;
const PIECES_BETWEEN_CLOCK_READINGS = 64;

/** Joins small pieces into chunks, and lets the event loop turn after every few milliseconds of work. */
export async function* inSlices(pieces: Iterable<string>): AsyncGenerator<string, void, void> {
  let chunk = '';
  let untilClock = PIECES_BETWEEN_CLOCK_READINGS;
  let sliceEnd = performance.now() + SLICE_MS;
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length >= CHUNK_LENGTH) {
      yield chunk;
      chunk = '';
    }
    untilClock--;
    if (untilClock > 0) continue;
    untilClock = PIECES_BETWEEN_CLOCK_READINGS;
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    sliceEnd = performance.now() + SLICE_MS;
  }
  if (chunk !== '') yield chunk;
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
