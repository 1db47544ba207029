import { assertionsBetween, NO_BYTE } from '#matching/re2/assertions.ts';
import { Operation, type RegexProgram } from '#matching/re2/program.ts';

/** Where the automaton may stand at once: a state of the deterministic one. */
interface State {
  /** Instructions that take a byte, match, or wait for an assertion; ascending. */
  readonly instructions: readonly number[];
  /** Some byte of the class that led here; only kept where assertions look back. */
  readonly before: number;
}

const UNKNOWN = 0;
const DEAD = 1;
const REJECTS = 1;
const ACCEPTS = 2;
/** Entries of the transition table, four bytes each, before everything is forgotten. */
const MAX_TABLE_ENTRIES = 1 << 16;
const INITIAL_STATES = 8;

/**
 * Tells whether a whole text matches, in time linear in its length: the deterministic automaton is
 * built while it runs, one transition at a time, and forgotten when it grows too large. Known
 * transitions cost about a nanosecond for a byte.
 */
export class FullMatcher {
  readonly #program: RegexProgram;
  readonly #byteClasses: Uint8Array;
  readonly #stride: number;
  /** For each class some byte of it. */
  readonly #byteOfClass: Uint8Array;
  readonly #states: State[] = [];
  readonly #ids = new Map<string, number>();
  #table: Int32Array;
  /** For each state whether a text may end there, once that was asked. */
  #endings: Uint8Array;
  #start = UNKNOWN;

  constructor(program: RegexProgram) {
    this.#program = program;
    this.#byteClasses = program.byteClasses;
    this.#stride = program.classCount;
    this.#byteOfClass = new Uint8Array(program.classCount);
    program.byteClasses.forEach((byteClass, byte) => {
      this.#byteOfClass[byteClass] = byte;
    });
    this.#table = new Int32Array(INITIAL_STATES * this.#stride);
    this.#endings = new Uint8Array(INITIAL_STATES);
    this.#reset();
  }

  matches(text: string): boolean {
    const classes = this.#byteClasses;
    const { length } = text;
    let table = this.#table;
    let state = this.#start;
    for (let index = 0; index < length; index++) {
      const byteClass = classes[text.charCodeAt(index)];
      if (byteClass === undefined) return false;
      let next = table[state + byteClass] as number;
      if (next <= DEAD) {
        if (next === UNKNOWN) {
          next = this.#step(state, byteClass);
          table = this.#table;
        }
        if (next === DEAD) return false;
      }
      state = next;
    }
    const ending = this.#endings[state / this.#stride] as number;
    return (ending === UNKNOWN ? this.#ending(state) : ending) === ACCEPTS;
  }

  #step(from: number, byteClass: number): number {
    if (this.#states.length * this.#stride >= MAX_TABLE_ENTRIES) {
      const { instructions, before } = this.#stateAt(from);
      this.#reset();
      return this.#step(this.#idOf(instructions, before), byteClass);
    }
    const { operations, next, argument, classCount, setMembers } = this.#program;
    const byte = this.#byteOfClass[byteClass] as number;
    const reached = new Set<number>();
    for (const at of this.#resolved(this.#stateAt(from), byte)) {
      if (operations[at] !== Operation.byte) continue;
      if (setMembers[(argument[at] as number) * classCount + byteClass] === 1) {
        this.#follow(next[at] as number, reached, 0);
      }
    }
    const to = this.#idOf([...reached].sort(ascending), byte);
    this.#table[from + byteClass] = to;
    return to;
  }

  #ending(state: number): number {
    const instructions = this.#resolved(this.#stateAt(state), NO_BYTE);
    const { operations } = this.#program;
    const isEnd = Array.from(instructions).some((at) => operations[at] === Operation.match);
    const ending = isEnd ? ACCEPTS : REJECTS;
    this.#endings[state / this.#stride] = ending;
    return ending;
  }

  /** The instructions of a state with those behind assertions that hold before the next byte. */
  #resolved({ instructions, before }: State, after: number): Iterable<number> {
    if (!this.#program.hasAssertions) return instructions;
    const holding = assertionsBetween(before, after);
    const reached = new Set<number>();
    for (const at of instructions) this.#follow(at, reached, holding);
    return reached;
  }

  /** Adds where the automaton gets from an instruction without taking a byte. */
  #follow(from: number, reached: Set<number>, holding: number): void {
    const { operations, next, argument } = this.#program;
    const seen = new Set<number>();
    const open = [from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const operation = operations[at];
      if (operation === Operation.split) {
        open.push(argument[at] as number, next[at] as number);
      } else if (operation === Operation.assertion && (holding & (argument[at] as number)) !== 0) {
        open.push(next[at] as number);
      } else if (operation === Operation.capture) {
        open.push(next[at] as number);
      } else {
        reached.add(at);
      }
    }
  }

  #stateAt(offset: number): State {
    return this.#states[offset / this.#stride] as State;
  }

  /** Where the row of a state begins in the transition table. */
  #idOf(instructions: readonly number[], byteBefore: number): number {
    if (instructions.length === 0) return DEAD;
    const before = this.#program.hasAssertions ? byteBefore : NO_BYTE;
    const key = `${before}:${instructions.join(',')}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#states.length * this.#stride;
      this.#states.push({ instructions, before });
      this.#ids.set(key, id);
      this.#grow();
    }
    return id;
  }

  #grow(): void {
    if (this.#states.length <= this.#endings.length) return;
    const table = new Int32Array(this.#table.length * 2);
    table.set(this.#table);
    this.#table = table;
    const endings = new Uint8Array(this.#endings.length * 2);
    endings.set(this.#endings);
    this.#endings = endings;
  }

  #reset(): void {
    this.#ids.clear();
    this.#table.fill(UNKNOWN);
    this.#endings.fill(UNKNOWN);
    // The first rows stay unused: their offsets mean "unknown" and "dead".
    this.#states.length = 0;
    this.#states.push({ instructions: [], before: NO_BYTE }, { instructions: [], before: NO_BYTE });
    const first = new Set<number>();
    this.#follow(this.#program.start, first, 0);
    this.#start = this.#idOf([...first].sort(ascending), NO_BYTE);
  }
}

function ascending(left: number, right: number): number {
  return left - right;
}
