import { type RuneSet, runeSetOf, unionOf } from '#matching/re2/rune-set.ts';

/** Unicode's simple case folding leaves the dotless i alone, unlike upper-casing. */
const DOTLESS_I = 0x131;
/** The last block with cased letters lies well below. */
const LAST_CASED_RUNE = 0x1ffff;
const CASED = /[\p{Changes_When_Lowercased}\p{Changes_When_Uppercased}]/u;
/** The only letters beyond ASCII that fold into it: long s and the Kelvin sign. */
const ASCII_FOLDS: ReadonlyMap<number, readonly number[]> = new Map([
  [0x73, [0x53, 0x17f]],
  [0x53, [0x73, 0x17f]],
  [0x6b, [0x4b, 0x212a]],
  [0x4b, [0x6b, 0x212a]],
]);

let orbits: ReadonlyMap<number, readonly number[]> | undefined;

/** The set with every code point that differs from one of its own in case only. */
export function foldCase(set: RuneSet): RuneSet {
  const added = set.flatMap(([low, high]) => foldRange(low, high));
  return added.length === 0 ? set : unionOf(set, runeSetOf(...added));
}

function foldRange(low: number, high: number): [number, number][] {
  const added: [number, number][] = [];
  const add = (rune: number): number => added.push([rune, rune]);
  for (let rune = low; rune <= Math.min(high, 0x7f); rune++) asciiFoldsOf(rune).forEach(add);
  if (high <= 0x7f) return added;
  for (const [rune, others] of allOrbits()) {
    if (rune >= low && rune <= high) others.forEach(add);
  }
  return added;
}

function asciiFoldsOf(rune: number): readonly number[] {
  const special = ASCII_FOLDS.get(rune);
  if (special !== undefined) return special;
  const isLetter = (rune >= 0x41 && rune <= 0x5a) || (rune >= 0x61 && rune <= 0x7a);
  return isLetter ? [rune ^ 0x20] : [];
}

/** Built when a pattern that ignores case first goes beyond ASCII: some milliseconds. */
function allOrbits(): ReadonlyMap<number, readonly number[]> {
  orbits ??= buildOrbits();
  return orbits;
}

function buildOrbits(): ReadonlyMap<number, readonly number[]> {
  const byFold = new Map<number, number[]>();
  for (let rune = 0; rune <= LAST_CASED_RUNE; rune++) {
    if (rune === DOTLESS_I || !CASED.test(String.fromCodePoint(rune))) continue;
    const folded = simpleFold(rune);
    const members = byFold.get(folded);
    if (members === undefined) byFold.set(folded, [rune]);
    else members.push(rune);
  }
  const found = new Map<number, readonly number[]>();
  for (const members of byFold.values()) {
    if (members.length === 1) continue;
    for (const rune of members) {
      found.set(
        rune,
        members.filter((other) => other !== rune),
      );
    }
  }
  return found;
}

function simpleFold(rune: number): number {
  const upper = singleRune(String.fromCodePoint(rune).toUpperCase()) ?? rune;
  return singleRune(String.fromCodePoint(upper).toLowerCase()) ?? upper;
}

function singleRune(text: string): number | undefined {
  const rune = text.codePointAt(0) as number;
  return String.fromCodePoint(rune) === text ? rune : undefined;
}
