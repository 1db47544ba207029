import type { ConfigError, ConfigPosition } from '#config/config-error.ts';
import type { ConfigNode } from '#config/document/config-node.ts';

/** One parsed text. `root` is missing when the text is empty or cannot be parsed at all. */
export interface ConfigDocument {
  readonly root: ConfigNode | undefined;
  /** Every syntax error that the parser found. */
  readonly errors: readonly ConfigError[];
  readonly warnings: readonly ConfigError[];
  /** Whether a key that stands twice in one map is an error, as in JSON; in YAML the last one wins. */
  readonly duplicateKeys: 'reject' | 'lastWins';
  positionAt(offset: number): ConfigPosition | undefined;
}

/** Finds line and column of an offset; lines are counted when the first position is asked for. */
export class LineIndex {
  readonly #file: string;
  readonly #text: string;
  #starts: number[] | undefined;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  positionAt(offset: number): ConfigPosition | undefined {
    if (offset < 0) return undefined;
    this.#starts ??= lineStarts(this.#text);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.#file, line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
