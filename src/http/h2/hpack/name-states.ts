import { type FieldName, fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { NameState, SCORE_MIN } from '#http/h2/hpack/name-state.ts';

/** Other names than the known ones of which something is remembered. */
const OTHER_NAMES_MAX = 128;
/** A power of two. */
const INITIAL_SLOTS = 8;

/**
 * The names of one encoder whose values may go into its table. Idle connections keep theirs, so it
 * takes little for the few names that most messages have.
 */
export class NameStates {
  /** Those of known names, by open addressing. */
  #known: (NameState | undefined)[] = new Array(INITIAL_SLOTS).fill(undefined);
  #knownCount = 0;
  #others: Map<string, NameState> | undefined = undefined;

  /** For a name of `knownFieldNames`. */
  ofKnown(name: FieldName): NameState {
    const slots = this.#known;
    const mask = slots.length - 1;
    for (let slot = name.number & mask; ; slot = (slot + 1) & mask) {
      const state = slots[slot];
      if (state === undefined) return this.#addKnown(new NameState(name));
      if (state.name === name) return state;
    }
  }

  #addKnown(state: NameState): NameState {
    if (++this.#knownCount * 2 > this.#known.length) this.#growKnown();
    this.#putKnown(state);
    return state;
  }

  #putKnown(state: NameState): void {
    const slots = this.#known;
    const mask = slots.length - 1;
    let slot = state.name.number & mask;
    while (slots[slot] !== undefined) slot = (slot + 1) & mask;
    slots[slot] = state;
  }

  #growKnown(): void {
    const states = this.#known;
    this.#known = new Array(states.length * 2).fill(undefined);
    for (const state of states) if (state !== undefined) this.#putKnown(state);
  }

  /** For any other name; `name` where there is one already. */
  ofOther(text: string, name?: FieldName): NameState {
    this.#others ??= new Map();
    const others = this.#others;
    const state = others.get(text);
    if (state !== undefined) return state;
    const made = new NameState(name ?? fieldNameOf(text));
    if (others.size >= OTHER_NAMES_MAX) forgetUnused(others);
    if (others.size < OTHER_NAMES_MAX) others.set(made.name.text, made);
    else made.score = SCORE_MIN;
    return made;
  }
}

/** Names without an entry in the table can be forgotten. */
function forgetUnused(others: Map<string, NameState>): void {
  for (const [name, state] of others) if (state.newest === undefined) others.delete(name);
}
