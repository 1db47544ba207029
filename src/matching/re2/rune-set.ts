/** The largest Unicode code point. */
export const MAX_RUNE = 0x10ffff;

/** Code points as ranges, ends included, in order, none touching the next. */
export type RuneSet = readonly (readonly [low: number, high: number])[];

export function runeSetOf(...ranges: readonly (readonly [low: number, high: number])[]): RuneSet {
  const sorted = ranges.toSorted((left, right) => left[0] - right[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

export function unionOf(...sets: readonly RuneSet[]): RuneSet {
  return runeSetOf(...sets.flat());
}

export function complementOf(set: RuneSet): RuneSet {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) gaps.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= MAX_RUNE) gaps.push([next, MAX_RUNE]);
  return gaps;
}

export const ANY_RUNE: RuneSet = [[0, MAX_RUNE]];
export const ANY_RUNE_BUT_NEWLINE: RuneSet = complementOf([[0x0a, 0x0a]]);
