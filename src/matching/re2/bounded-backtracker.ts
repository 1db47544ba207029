import { assertionsBetween, NO_BYTE } from '#matching/re2/assertions.ts';
import { Operation, type RegexProgram } from '#matching/re2/program.ts';

/** How many pairs of instruction and position one search may have to remember. */
const MAX_VISITED_BITS = 1 << 16;
const UNSET = -1;

/**
 * Finds a match with its captures by trying one way after the other. No instruction is tried twice
 * at a position, so the time is bounded by their product; that is far faster than following all
 * ways at once, but only for short texts and small programs.
 */
export class BoundedBacktracker {
  /** How often an instruction was tried at a position, by all searches together. */
  steps = 0;
  readonly #program: RegexProgram;
  readonly #instructionCount: number;
  readonly #visited: Int32Array;
  /** Of the last match that was found: start and end of the whole, then of each group. */
  readonly #positions: Int32Array;
  /** Ways still to try (instruction, position), or captures to restore (-1 - slot, old value). */
  readonly #open: number[] = [];
  #openCount = 0;
  /** By byte, 1 where a match may begin with it; nothing where one may begin with none. */
  readonly #firstBytes: Uint8Array | undefined;

  constructor(program: RegexProgram, positions: Int32Array) {
    this.#program = program;
    this.#instructionCount = program.operations.length;
    this.#visited = new Int32Array(MAX_VISITED_BITS / 32);
    this.#positions = positions;
    this.#firstBytes = firstBytesOf(program);
  }

  /** Whether a text is short enough for this program. */
  canSearch(text: string): boolean {
    return (text.length + 1) * this.#instructionCount <= MAX_VISITED_BITS;
  }

  /** Looks for a match that begins at `from` or later. */
  find(text: string, from: number, isAnchored: boolean): boolean {
    this.#visited.fill(0, 0, Math.ceil(((text.length + 1) * this.#instructionCount) / 32));
    this.#positions.fill(UNSET);
    const lastStart = isAnchored ? from : text.length;
    const firstBytes = this.#firstBytes;
    for (let start = from; start <= lastStart; start++) {
      if (firstBytes !== undefined && firstBytes[text.charCodeAt(start)] !== 1) continue;
      // An attempt that fails leaves the positions as it found them.
      if (this.#matchesFrom(text, start)) return true;
    }
    return false;
  }

  #matchesFrom(text: string, start: number): boolean {
    this.#openCount = 0;
    this.#leaveOpen(this.#program.start, start);
    while (this.#openCount > 0) {
      this.#openCount -= 2;
      const instruction = this.#open[this.#openCount] as number;
      const position = this.#open[this.#openCount + 1] as number;
      if (instruction < 0) this.#positions[-1 - instruction] = position;
      else if (this.#follow(text, instruction, position)) return true;
    }
    return false;
  }

  /** Follows the preferred way from an instruction and leaves the others to be tried later. */
  #follow(text: string, from: number, start: number): boolean {
    const { operations, next, argument, byteClasses, classCount, setMembers } = this.#program;
    let at = from;
    let position = start;
    for (;;) {
      if (this.#wasHere(at, position)) return false;
      switch (operations[at]) {
        case Operation.match:
          return true;
        case Operation.byte: {
          if (position >= text.length) return false;
          const byteClass = byteClasses[text.charCodeAt(position)];
          if (byteClass === undefined) return false;
          if (setMembers[(argument[at] as number) * classCount + byteClass] !== 1) return false;
          position++;
          break;
        }
        case Operation.split:
          this.#leaveOpen(argument[at] as number, position);
          break;
        case Operation.assertion:
          if ((holdingAt(text, position) & (argument[at] as number)) === 0) return false;
          break;
        default: {
          const slot = argument[at] as number;
          this.#leaveOpen(-1 - slot, this.#positions[slot] as number);
          this.#positions[slot] = position;
        }
      }
      at = next[at] as number;
    }
  }

  #leaveOpen(instruction: number, position: number): void {
    this.#open[this.#openCount] = instruction;
    this.#open[this.#openCount + 1] = position;
    this.#openCount += 2;
  }

  #wasHere(instruction: number, position: number): boolean {
    const bit = position * this.#instructionCount + instruction;
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    const visited = this.#visited[word] as number;
    this.#visited[word] = visited | mask;
    this.steps++;
    return (visited & mask) !== 0;
  }
}

function firstBytesOf(program: RegexProgram): Uint8Array | undefined {
  const { operations, next, argument, byteClasses, classCount, setMembers } = program;
  const found = new Uint8Array(256);
  const seen = new Set<number>();
  const open = [program.start];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    switch (operations[at]) {
      case Operation.byte: {
        const set = (argument[at] as number) * classCount;
        byteClasses.forEach((byteClass, byte) => {
          if (setMembers[set + byteClass] === 1) found[byte] = 1;
        });
        break;
      }
      case Operation.split:
        open.push(argument[at] as number, next[at] as number);
        break;
      case Operation.capture:
        open.push(next[at] as number);
        break;
      default:
        return undefined;
    }
  }
  return found;
}

function holdingAt(text: string, position: number): number {
  const before = position > 0 ? text.charCodeAt(position - 1) : NO_BYTE;
  const after = position < text.length ? text.charCodeAt(position) : NO_BYTE;
  return assertionsBetween(before, after);
}
