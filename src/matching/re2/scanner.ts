/** Why a pattern is refused, in the words of RE2. */
export class PatternError extends Error {
  constructor(reason: string, fragment?: string) {
    super(fragment === undefined ? reason : `${reason}: ${fragment}`);
  }
}

/** Reads a pattern from left to right, one code point at a time. */
export class Scanner {
  readonly pattern: string;
  at = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  get isAtEnd(): boolean {
    return this.at >= this.pattern.length;
  }

  /** Whether the rest begins with the text. */
  sees(text: string): boolean {
    return this.pattern.startsWith(text, this.at);
  }

  /** The next character; empty at the end. */
  peek(): string {
    const rune = this.pattern.codePointAt(this.at);
    return rune === undefined ? '' : String.fromCodePoint(rune);
  }

  next(): string {
    const character = this.peek();
    this.at += character.length;
    return character;
  }

  /** Goes past the text if it comes next. */
  accept(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  /** The text from `start` up to here. */
  since(start: number): string {
    return this.pattern.slice(start, this.at);
  }

  get rest(): string {
    return this.pattern.slice(this.at);
  }
}
