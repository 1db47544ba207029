/**
 * Milliseconds since 1970 with microseconds behind the point: the fine clock of the process, put
 * right whenever the clock of the system has moved away from it.
 */
export function fineWallClock(
  wallNow: () => number = Date.now,
  fineNow: () => number = () => performance.now(),
): () => number {
  let offsetMs = wallNow() - fineNow();
  return () => {
    const wallMs = wallNow();
    const fineMs = offsetMs + fineNow();
    // Date.now is cut to whole milliseconds, so up to one is no disagreement.
    if (fineMs >= wallMs - 1 && fineMs < wallMs + 2) return fineMs;
    offsetMs += wallMs - fineMs;
    return wallMs;
  };
}
