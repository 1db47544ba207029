/** No verbatim text: the entry was set or changed and is written out from its name and value. */
export const NO_TEXT = -1;

/** Where the fields of a head lie in its text, by the number of their entry. */
export class TextSpans {
  readonly #lineStarts: number[] = [];
  readonly #lineEnds: number[] = [];
  readonly #nameLengths: number[] = [];
  readonly #valueStarts: number[] = [];
  readonly #valueEnds: number[] = [];

  /** The line begins with its name, and ends at `lineEnd`, unless that is `NO_TEXT`. */
  set(
    index: number,
    lineStart: number,
    nameLength: number,
    valueStart: number,
    valueEnd: number,
    lineEnd: number,
  ): void {
    this.#lineStarts[index] = lineStart;
    this.#lineEnds[index] = lineEnd;
    this.#nameLengths[index] = nameLength;
    this.#valueStarts[index] = valueStart;
    this.#valueEnds[index] = valueEnd;
  }

  /** What is to be written is no longer what the text says. */
  setChanged(index: number): void {
    this.#lineEnds[index] = NO_TEXT;
  }

  lineStart(index: number): number {
    return this.#lineStarts[index] as number;
  }

  lineEnd(index: number): number {
    return this.#lineEnds[index] ?? NO_TEXT;
  }

  isNamed(index: number, text: string, name: string): boolean {
    return this.#nameLengths[index] === name.length && text.startsWith(name, this.lineStart(index));
  }

  name(index: number, text: string): string {
    const start = this.lineStart(index);
    return text.substring(start, start + (this.#nameLengths[index] as number));
  }

  value(index: number, text: string): string {
    return text.substring(this.#valueStarts[index] as number, this.#valueEnds[index] as number);
  }
}
