import { assertionsBetween, NO_BYTE } from '#matching/re2/assertions.ts';
import { Operation, type RegexProgram } from '#matching/re2/program.ts';

const UNSET = -1;

/** Instructions in order of preference, each at most once, with what was captured on the way. */
class ThreadList {
  size = 0;
  readonly instructions: Int32Array;
  /** For each thread the captures of its instruction. */
  readonly captures: Int32Array;
  readonly #places: Int32Array;

  constructor(instructionCount: number, captureCount: number) {
    this.instructions = new Int32Array(instructionCount);
    this.captures = new Int32Array(instructionCount * captureCount);
    this.#places = new Int32Array(instructionCount);
  }

  has(instruction: number): boolean {
    const place = this.#places[instruction] as number;
    return place < this.size && this.instructions[place] === instruction;
  }

  add(instruction: number): number {
    const place = this.size++;
    this.instructions[place] = instruction;
    this.#places[instruction] = place;
    return place;
  }
}

/**
 * Finds the leftmost match of a program in a text with what its groups captured, in time linear in
 * the length of the text whatever the pattern: all ways to match are followed at once, byte by byte.
 */
export class ThreadedSearch {
  /** How many ways were followed over a byte, by all searches together. */
  steps = 0;
  /** Of the last match that was found: start and end of the whole, then of each group. */
  readonly #positions: Int32Array;
  readonly #program: RegexProgram;
  readonly #captureCount: number;
  #current: ThreadList;
  #next: ThreadList;
  /** Captures on the way to the instruction that is being added. */
  readonly #captures: Int32Array;
  /** Instructions still to add, or captures still to restore (as -1 - slot, old value). */
  readonly #open: number[] = [];

  constructor(program: RegexProgram, positions: Int32Array) {
    this.#program = program;
    this.#captureCount = 2 * (program.groupCount + 1);
    const count = program.operations.length;
    this.#current = new ThreadList(count, this.#captureCount);
    this.#next = new ThreadList(count, this.#captureCount);
    this.#captures = new Int32Array(this.#captureCount);
    this.#positions = positions;
  }

  /** Looks from position `from` on; what stands before it still counts for assertions. */
  find(text: string, from: number): boolean {
    let isFound = false;
    this.#current.size = 0;
    for (let position = from; position <= text.length; position++) {
      const byte = position < text.length ? text.charCodeAt(position) : NO_BYTE;
      const before = position > 0 ? text.charCodeAt(position - 1) : NO_BYTE;
      if (!isFound) {
        this.#captures.fill(UNSET);
        const holding = assertionsBetween(before, byte);
        this.#follow(this.#current, this.#program.start, position, holding);
      }
      if (this.#current.size === 0) {
        if (isFound) break;
        continue;
      }
      isFound = this.#advance(text, position, byte) || isFound;
      [this.#current, this.#next] = [this.#next, this.#current];
    }
    return isFound;
  }

  /** Moves every thread over a byte; tells whether one of them matched before it. */
  #advance(text: string, position: number, byte: number): boolean {
    const { operations, next, argument, byteClasses, classCount, setMembers } = this.#program;
    const { instructions, captures, size } = this.#current;
    const count = this.#captureCount;
    this.#next.size = 0;
    this.steps += size;
    const after = position + 1 < text.length ? text.charCodeAt(position + 1) : NO_BYTE;
    const holding = this.#program.hasAssertions ? assertionsBetween(byte, after) : 0;
    const takesByte = byte !== NO_BYTE && byte <= 0xff;
    const byteClass = takesByte ? (byteClasses[byte] as number) : 0;
    for (let thread = 0; thread < size; thread++) {
      const at = instructions[thread] as number;
      const own = thread * count;
      if (operations[at] === Operation.match) {
        for (let slot = 0; slot < count; slot++) {
          this.#positions[slot] = captures[own + slot] as number;
        }
        // Threads behind this one are less preferred.
        return true;
      }
      if (operations[at] !== Operation.byte || !takesByte) continue;
      if (setMembers[(argument[at] as number) * classCount + byteClass] !== 1) continue;
      for (let slot = 0; slot < count; slot++)
        this.#captures[slot] = captures[own + slot] as number;
      this.#follow(this.#next, next[at] as number, position + 1, holding);
    }
    return false;
  }

  /** Adds an instruction, and those it leads to without a byte, in order of preference. */
  #follow(list: ThreadList, from: number, position: number, holding: number): void {
    const { operations, next, argument } = this.#program;
    const open = this.#open;
    open.push(from);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at < 0) {
        this.#captures[-1 - at] = open.pop() as number;
        continue;
      }
      if (list.has(at)) continue;
      const place = list.add(at);
      switch (operations[at]) {
        case Operation.split:
          open.push(argument[at] as number, next[at] as number);
          break;
        case Operation.assertion:
          if ((holding & (argument[at] as number)) !== 0) open.push(next[at] as number);
          break;
        case Operation.capture: {
          const slot = argument[at] as number;
          open.push(this.#captures[slot] as number, -1 - slot, next[at] as number);
          this.#captures[slot] = position;
          break;
        }
        default:
          list.captures.set(this.#captures, place * this.#captureCount);
      }
    }
  }
}
