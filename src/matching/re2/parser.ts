import { foldCase } from '#matching/re2/case-folding.ts';
import { parseCharacterClass, parseNamedClass } from '#matching/re2/character-class.ts';
import { parseEscapedRune } from '#matching/re2/escape.ts';
import { ANY_RUNE, ANY_RUNE_BUT_NEWLINE, type RuneSet, runeSetOf } from '#matching/re2/rune-set.ts';
import { PatternError, Scanner } from '#matching/re2/scanner.ts';
import type { Assertion, RegexNode } from '#matching/re2/syntax.ts';

/** RE2's limit on a repetition, and on repetitions of repetitions. */
const MAX_REPETITIONS = 1_000;
/** Groups inside groups; Go's RE2 has the same limit. */
const MAX_DEPTH = 1_000;
const GROUP_NAME = /^[\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]+$/u;

export interface ParsedPattern {
  readonly root: RegexNode;
  /** How many groups capture; they count from 1. */
  readonly groupCount: number;
}

interface Flags {
  /** i */
  readonly ignoresCase: boolean;
  /** m: `^` and `$` match at line ends as well. */
  readonly isMultiLine: boolean;
  /** s: `.` matches a newline as well. */
  readonly dotMatchesNewline: boolean;
  /** U: `x*` is lazy and `x*?` greedy. */
  readonly isUngreedy: boolean;
}

const NO_FLAGS: Flags = {
  ignoresCase: false,
  isMultiLine: false,
  dotMatchesNewline: false,
  isUngreedy: false,
};

const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoresCase',
  m: 'isMultiLine',
  s: 'dotMatchesNewline',
  U: 'isUngreedy',
};

const ESCAPED_ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'begin text',
  z: 'end text',
  b: 'word boundary',
  B: 'no word boundary',
};

const EMPTY: RegexNode = { kind: 'empty' };

/** Parses a pattern in RE2's syntax with the options that Envoy sets; throws `PatternError`. */
export function parsePattern(pattern: string): ParsedPattern {
  const parser = new Parser(pattern);
  const root = parser.parse();
  return { root, groupCount: parser.groupCount };
}

class Parser {
  groupCount = 0;
  readonly #scanner: Scanner;
  #flags = NO_FLAGS;
  #depth = 0;

  constructor(pattern: string) {
    this.#scanner = new Scanner(pattern);
  }

  parse(): RegexNode {
    const root = this.#alternation();
    if (this.#scanner.isAtEnd) return root;
    throw new PatternError('unexpected )', this.#scanner.pattern);
  }

  #alternation(): RegexNode {
    const branches = [this.#concatenation()];
    while (this.#scanner.accept('|')) branches.push(this.#concatenation());
    return branches.length === 1 ? (branches[0] as RegexNode) : { kind: 'alternation', branches };
  }

  #concatenation(): RegexNode {
    const parts: RegexNode[] = [];
    let repeated = '';
    while (!this.#scanner.isAtEnd && !this.#scanner.sees('|') && !this.#scanner.sees(')')) {
      const start = this.#scanner.at;
      const repetition = this.#repetition();
      if (repetition === undefined) {
        parts.push(...this.#atom());
        repeated = '';
        continue;
      }
      const operator = this.#scanner.since(start);
      if (repeated !== '') throw new PatternError('bad repetition operator', repeated + operator);
      const body = parts.pop();
      if (body === undefined) {
        throw new PatternError('no argument for repetition operator', operator);
      }
      repeated = operator;
      parts.push(this.#repeat(body, repetition, operator));
    }
    if (parts.length === 0) return EMPTY;
    return parts.length === 1 ? (parts[0] as RegexNode) : { kind: 'concatenation', parts };
  }

  #repeat(body: RegexNode, { min, max, isLazy }: Repetition, operator: string): RegexNode {
    const node: RegexNode = {
      kind: 'repetition',
      body,
      min,
      max,
      isGreedy: isLazy === this.#flags.isUngreedy,
    };
    const size = operator.replace(/\?$/, '');
    if (size.startsWith('{') && (min > MAX_REPETITIONS || isTooLarge(max) || max < min)) {
      throw new PatternError('invalid repetition size', size);
    }
    if (repetitionsIn(node) > MAX_REPETITIONS) {
      throw new PatternError('invalid repetition size', size);
    }
    return node;
  }

  /** Reads `*`, `+`, `?` or `{…}`, each with a `?` behind it or not. */
  #repetition(): Repetition | undefined {
    const scanner = this.#scanner;
    const bounds = readBounds(scanner);
    return bounds && { ...bounds, isLazy: scanner.accept('?') };
  }

  /** None for flags on their own, several for a quotation. */
  #atom(): readonly RegexNode[] {
    const scanner = this.#scanner;
    if (scanner.sees('(')) return this.#parenthesis();
    if (scanner.accept('\\Q')) return this.#quotation();
    if (scanner.sees('\\')) return [this.#escape()];
    if (scanner.sees('[')) {
      return [runes(parseCharacterClass(scanner, this.#flags.ignoresCase))];
    }
    const character = scanner.next();
    switch (character) {
      case '.':
        return [runes(this.#flags.dotMatchesNewline ? ANY_RUNE : ANY_RUNE_BUT_NEWLINE)];
      case '^':
        return [assertion(this.#flags.isMultiLine ? 'begin line' : 'begin text')];
      case '$':
        return [assertion(this.#flags.isMultiLine ? 'end line' : 'end text')];
      default:
        return [this.#literal(character)];
    }
  }

  #literal(character: string): RegexNode {
    const rune = character.codePointAt(0) as number;
    const set = runeSetOf([rune, rune]);
    return runes(this.#flags.ignoresCase ? foldCase(set) : set);
  }

  #escape(): RegexNode {
    const scanner = this.#scanner;
    const letter = scanner.pattern[scanner.at + 1] ?? '';
    const place = ESCAPED_ASSERTIONS[letter];
    if (place !== undefined || letter === 'C') {
      scanner.at += 2;
      return place === undefined ? { kind: 'any byte' } : assertion(place);
    }
    const set = parseNamedClass(scanner, this.#flags.ignoresCase);
    return set === undefined
      ? this.#literal(String.fromCodePoint(parseEscapedRune(scanner)))
      : runes(set);
  }

  /** What stands between `\Q` and `\E`, or the end. */
  #quotation(): readonly RegexNode[] {
    const scanner = this.#scanner;
    const end = scanner.pattern.indexOf('\\E', scanner.at);
    const text = end < 0 ? scanner.rest : scanner.pattern.slice(scanner.at, end);
    scanner.at = end < 0 ? scanner.pattern.length : end + 2;
    return Array.from(text, (character) => this.#literal(character));
  }

  #parenthesis(): readonly RegexNode[] {
    const scanner = this.#scanner;
    const outer = this.#flags;
    let index = 0;
    if (!scanner.sees('(?')) {
      scanner.next();
      index = ++this.groupCount;
    } else if (this.#groupName()) {
      index = ++this.groupCount;
    } else if (this.#readFlags() === ')') {
      return [];
    }
    if (++this.#depth > MAX_DEPTH) {
      throw new PatternError('expression nests too deeply', scanner.pattern);
    }
    const body = this.#alternation();
    this.#depth--;
    if (!scanner.accept(')')) throw new PatternError('missing )', scanner.pattern);
    this.#flags = outer;
    return [index === 0 ? body : { kind: 'group', index, body }];
  }

  /** Reads `(?P<name>` or `(?<name>`, if that is what comes. */
  #groupName(): boolean {
    const scanner = this.#scanner;
    const start = scanner.at;
    if (scanner.sees('(?<=') || scanner.sees('(?<!')) {
      throw new PatternError('invalid perl operator', scanner.pattern.slice(start, start + 4));
    }
    if (!scanner.accept('(?P<') && !scanner.accept('(?<')) return false;
    const end = scanner.pattern.indexOf('>', scanner.at);
    if (end < 0)
      throw new PatternError('invalid named capture group', scanner.pattern.slice(start));
    const name = scanner.pattern.slice(scanner.at, end);
    scanner.at = end + 1;
    if (GROUP_NAME.test(name)) return true;
    throw new PatternError('invalid named capture group', scanner.since(start));
  }

  /** Reads `(?flags)` or `(?flags:` and sets them; gives the last character. */
  #readFlags(): ')' | ':' {
    const scanner = this.#scanner;
    const start = scanner.at;
    scanner.at += 2;
    const flags = { ...this.#flags };
    let value = true;
    let isLetterDue = false;
    for (;;) {
      const character = scanner.next();
      const name = FLAG_NAMES[character];
      if (name !== undefined) {
        flags[name] = value;
        isLetterDue = false;
      } else if (character === '-' && value) {
        value = false;
        isLetterDue = true;
      } else if ((character === ')' || character === ':') && !isLetterDue) {
        this.#flags = flags;
        return character;
      } else {
        throw new PatternError('invalid perl operator', scanner.since(start));
      }
    }
  }
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

interface Repetition extends Bounds {
  readonly isLazy: boolean;
}

const UNBOUNDED = Number.POSITIVE_INFINITY;

function readBounds(scanner: Scanner): Bounds | undefined {
  if (scanner.accept('*')) return { min: 0, max: UNBOUNDED };
  if (scanner.accept('+')) return { min: 1, max: UNBOUNDED };
  if (scanner.accept('?')) return { min: 0, max: 1 };
  // Braces that hold anything else stand for themselves.
  const found = /^\{(\d+)(,(\d*))?\}/.exec(scanner.rest);
  if (found === null) return undefined;
  scanner.at += found[0].length;
  const min = Number(found[1]);
  if (found[2] === undefined) return { min, max: min };
  return { min, max: found[3] === '' ? UNBOUNDED : Number(found[3]) };
}

function isTooLarge(max: number): boolean {
  return max !== UNBOUNDED && max > MAX_REPETITIONS;
}

/** How often the innermost part of nested repetitions is written out. */
function repetitionsIn(node: RegexNode): number {
  switch (node.kind) {
    case 'repetition': {
      const own = node.max === UNBOUNDED ? node.min : node.max;
      return Math.max(own, 1) * repetitionsIn(node.body);
    }
    case 'group':
      return repetitionsIn(node.body);
    case 'concatenation':
      return mostRepetitions(node.parts);
    case 'alternation':
      return mostRepetitions(node.branches);
    default:
      return 1;
  }
}

function mostRepetitions(nodes: readonly RegexNode[]): number {
  return nodes.reduce((most, node) => Math.max(most, repetitionsIn(node)), 1);
}

function runes(set: RuneSet): RegexNode {
  return { kind: 'runes', set };
}

function assertion(place: Assertion): RegexNode {
  return { kind: 'assertion', assertion: place };
}
