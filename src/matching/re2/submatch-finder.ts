import { BoundedBacktracker } from '#matching/re2/bounded-backtracker.ts';
import { AssertionBit, Operation, type RegexProgram } from '#matching/re2/program.ts';
import { ThreadedSearch } from '#matching/re2/threaded-search.ts';

/**
 * Finds the leftmost match of a program in a text, of several there the preferred one, with what
 * its groups captured. The program must have been compiled with captures.
 */
export class SubmatchFinder {
  /** Of the last match that was found: start and end of the whole, then of each group; -1: none. */
  readonly positions: Int32Array;
  readonly #isAnchored: boolean;
  readonly #backtracker: BoundedBacktracker;
  readonly #threads: ThreadedSearch;

  constructor(program: RegexProgram) {
    this.positions = new Int32Array(2 * (program.groupCount + 1));
    this.#isAnchored = beginsAtStart(program);
    this.#backtracker = new BoundedBacktracker(program, this.positions);
    this.#threads = new ThreadedSearch(program, this.positions);
  }

  /** The work that all searches have done, in steps of some nanoseconds. */
  get steps(): number {
    return this.#backtracker.steps + this.#threads.steps;
  }

  /** Looks from position `from` on; what stands before it still counts for assertions. */
  find(text: string, from: number): boolean {
    if (this.#isAnchored && from > 0) return false;
    return this.#backtracker.canSearch(text)
      ? this.#backtracker.find(text, from, this.#isAnchored)
      : this.#threads.find(text, from);
  }
}

/** Whether no match can begin anywhere but at the start of the text. */
function beginsAtStart({ operations, next, argument, start }: RegexProgram): boolean {
  let at = start;
  while (operations[at] === Operation.capture) at = next[at] as number;
  return operations[at] === Operation.assertion && argument[at] === AssertionBit['begin text'];
}
