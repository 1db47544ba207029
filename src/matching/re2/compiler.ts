import { ByteSets } from '#matching/re2/byte-sets.ts';
import type { ParsedPattern } from '#matching/re2/parser.ts';
import {
  AssertionBit,
  NEWLINE,
  Operation,
  type RegexProgram,
  WORD_BYTES,
} from '#matching/re2/program.ts';
import type { RuneSet } from '#matching/re2/rune-set.ts';
import { PatternError } from '#matching/re2/scanner.ts';
import type { RegexNode, RepetitionNode } from '#matching/re2/syntax.ts';
import { type ByteSequence, byteSequencesOf } from '#matching/re2/utf8-ranges.ts';

/** Keeps what a pattern may cost in memory and time within bounds. */
const MAX_INSTRUCTIONS = 50_000;

/**
 * Compiles a parsed pattern, with or without noting what its groups capture. Throws `PatternError`
 * when the program would be too large.
 */
export function compileProgram(parsed: ParsedPattern, captures: boolean): RegexProgram {
  return new Compiler(captures).compile(parsed);
}

/** Builds from the end to the start: every part is told where the text goes on behind it. */
class Compiler {
  readonly #captures: boolean;
  readonly #operations: number[] = [];
  readonly #next: number[] = [];
  readonly #argument: number[] = [];
  readonly #sets = new ByteSets();
  #hasAssertions = false;

  constructor(captures: boolean) {
    this.#captures = captures;
  }

  compile({ root, groupCount }: ParsedPattern): RegexProgram {
    const match = this.#add(Operation.match, 0, 0);
    const start = this.#node(
      this.#captures ? { kind: 'group', index: 0, body: root } : root,
      match,
    );
    return {
      operations: Uint8Array.from(this.#operations),
      next: Int32Array.from(this.#next),
      argument: Int32Array.from(this.#argument),
      start,
      ...this.#sets.build(),
      hasAssertions: this.#hasAssertions,
      groupCount,
    };
  }

  #node(node: RegexNode, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'runes':
        return this.#runes(node.set, next);
      case 'any byte':
        return this.#add(Operation.byte, next, this.#sets.idOf([[0, 0xff]]));
      case 'assertion':
        this.#hasAssertions = true;
        // What assertions look at must not share a class with what they do not.
        this.#sets.idOf(WORD_BYTES);
        this.#sets.idOf(NEWLINE);
        return this.#add(Operation.assertion, next, AssertionBit[node.assertion]);
      case 'concatenation':
        return node.parts.reduceRight((behind, part) => this.#node(part, behind), next);
      case 'alternation':
        return node.branches
          .map((branch) => this.#node(branch, next))
          .reduceRight((second, first) => this.#add(Operation.split, first, second));
      case 'group':
        return this.#group(node.index, node.body, next);
      case 'repetition':
        return this.#repetition(node, next);
    }
  }

  #group(index: number, body: RegexNode, next: number): number {
    if (!this.#captures) return this.#node(body, next);
    const end = this.#add(Operation.capture, next, 2 * index + 1);
    return this.#add(Operation.capture, this.#node(body, end), 2 * index);
  }

  /** `x{2,4}` is `xx(x(x)?)?`, `x{2,}` is `xx+`. */
  #repetition({ body, min, max, isGreedy }: RepetitionNode, next: number): number {
    let behind = next;
    let copies = min;
    if (max === Number.POSITIVE_INFINITY) {
      if (min === 0) return this.#star(body, isGreedy, next);
      behind = this.#plus(body, isGreedy, next);
      copies = min - 1;
    } else {
      for (let index = min; index < max; index++) {
        behind = this.#choice(this.#node(body, behind), next, isGreedy);
      }
    }
    for (let index = 0; index < copies; index++) behind = this.#node(body, behind);
    return behind;
  }

  #star(body: RegexNode, isGreedy: boolean, next: number): number {
    // Preferences among empty iterations come out as in RE2 only as `(x+)?`.
    if (canBeEmpty(body)) return this.#choice(this.#plus(body, isGreedy, next), next, isGreedy);
    const loop = this.#choice(0, 0, isGreedy);
    return this.#close(loop, this.#node(body, loop), next, isGreedy);
  }

  #plus(body: RegexNode, isGreedy: boolean, next: number): number {
    const loop = this.#choice(0, 0, isGreedy);
    const start = this.#node(body, loop);
    this.#close(loop, start, next, isGreedy);
    return start;
  }

  #choice(taken: number, skipped: number, isGreedy: boolean): number {
    return isGreedy
      ? this.#add(Operation.split, taken, skipped)
      : this.#add(Operation.split, skipped, taken);
  }

  #close(loop: number, taken: number, skipped: number, isGreedy: boolean): number {
    this.#next[loop] = isGreedy ? taken : skipped;
    this.#argument[loop] = isGreedy ? skipped : taken;
    return loop;
  }

  #runes(set: RuneSet, next: number): number {
    return this.#sequences(byteSequencesOf(set), next, new Map());
  }

  /** Sequences that go on in the same way share that part, and a set for the byte before it. */
  #sequences(
    sequences: readonly ByteSequence[],
    next: number,
    shared: Map<string, number>,
  ): number {
    const byTail = Map.groupBy(sequences, (sequence) => sequence.slice(1).join(';'));
    const starts = Array.from(byTail, ([key, group]) => {
      const tail = (group[0] as ByteSequence).slice(1);
      let behind = shared.get(key) ?? next;
      if (tail.length > 0 && !shared.has(key)) {
        behind = this.#sequences([tail], next, shared);
        shared.set(key, behind);
      }
      const set = this.#sets.idOf(group.map((sequence) => sequence[0] as ByteSequence[number]));
      return this.#add(Operation.byte, behind, set);
    });
    // An empty class matches nothing: a byte of an empty set.
    if (starts.length === 0) return this.#add(Operation.byte, next, this.#sets.idOf([]));
    return starts.reduceRight((second, first) => this.#add(Operation.split, first, second));
  }

  #add(operation: number, next: number, argument: number): number {
    if (this.#operations.length >= MAX_INSTRUCTIONS) {
      throw new PatternError('pattern too large - compile failed');
    }
    this.#operations.push(operation);
    this.#next.push(next);
    this.#argument.push(argument);
    return this.#operations.length - 1;
  }
}

function canBeEmpty(node: RegexNode): boolean {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
      return true;
    case 'runes':
    case 'any byte':
      return false;
    case 'concatenation':
      return node.parts.every(canBeEmpty);
    case 'alternation':
      return node.branches.some(canBeEmpty);
    case 'group':
      return canBeEmpty(node.body);
    case 'repetition':
      return node.min === 0 || canBeEmpty(node.body);
  }
}
