import type { ConfigError } from '#config/config-error.ts';
import { type ConfigDocument, LineIndex } from '#config/document/config-document.ts';
import type { ConfigNode, MapEntry } from '#config/document/config-node.ts';

/** Nested collections; far beyond any configuration and far below the depth of the stack. */
const maxDepth = 200;

/**
 * Parses JSON with what Envoy's parser allows beyond the standard: single quotes, unquoted keys, a
 * comma after the last element, and control characters in strings. Stops at the first syntax error.
 */
export function parseJson(text: string, file: string): ConfigDocument {
  const lines = new LineIndex(file, text);
  const result = new JsonParser(text).parse();
  const errors: ConfigError[] = [];
  if (result.problem !== undefined) {
    const position = lines.positionAt(result.offset);
    errors.push({
      path: '',
      reason: `invalid JSON: ${result.problem}`,
      ...(position && { position }),
    });
  }
  return {
    root: result.root,
    errors,
    warnings: [],
    duplicateKeys: 'reject',
    positionAt: (offset) => lines.positionAt(offset),
  };
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** After a problem every method returns at once; `#fail` keeps the first one. */
class JsonParser {
  readonly #text: string;
  #at = 0;
  #problem: string | undefined;
  #problemAt = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): { root?: ConfigNode; problem?: string; offset: number } {
    const root = this.#value(0);
    this.#space();
    if (this.#problem === undefined && this.#at < this.#text.length) {
      this.#fail('unexpected text after the end');
    }
    if (this.#problem !== undefined) return { problem: this.#problem, offset: this.#problemAt };
    return { ...(root && { root }), offset: 0 };
  }

  #fail(problem: string): undefined {
    if (this.#problem === undefined) {
      this.#problem = problem;
      this.#problemAt = this.#at;
    }
    return undefined;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #value(depth: number): ConfigNode | undefined {
    this.#space();
    if (depth > maxDepth) return this.#fail(`more than ${maxDepth} levels of nesting`);
    const offset = this.#at;
    const character = this.#text[offset];
    if (character === '{') return this.#map(depth);
    if (character === '[') return this.#list(depth);
    if (character === '"' || character === "'") {
      const value = this.#string(character);
      return value === undefined ? undefined : { kind: 'string', value, offset };
    }
    if (this.#word('null')) return { kind: 'null', offset };
    if (this.#word('true')) return { kind: 'boolean', value: true, written: 'true', offset };
    if (this.#word('false')) return { kind: 'boolean', value: false, written: 'false', offset };
    return this.#number();
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #number(): ConfigNode | undefined {
    const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    number.lastIndex = this.#at;
    const [value] = number.exec(this.#text) ?? [];
    if (value === undefined) {
      if (this.#at >= this.#text.length) return this.#fail('the text ends within a value');
      return this.#fail(`unexpected ${JSON.stringify(this.#text[this.#at])}`);
    }
    const offset = this.#at;
    this.#at += value.length;
    if (/[\w.+-]/.test(this.#text[this.#at] ?? '')) return this.#fail('a malformed number');
    return { kind: 'number', value, written: value, offset };
  }

  #list(depth: number): ConfigNode | undefined {
    const offset = this.#at;
    const items: ConfigNode[] = [];
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#word(']')) return { kind: 'list', items, offset };
      const item = this.#value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (!this.#separator(']')) return undefined;
    }
  }

  #map(depth: number): ConfigNode | undefined {
    const offset = this.#at;
    const entries: MapEntry[] = [];
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#word('}')) return { kind: 'map', entries, offset };
      const keyOffset = this.#at;
      const key = this.#key();
      if (key === undefined) return undefined;
      this.#space();
      if (!this.#word(':')) return this.#fail('expected ":" after the key');
      const value = this.#value(depth + 1);
      if (value === undefined) return undefined;
      entries.push({ key, keyOffset, value });
      if (!this.#separator('}')) return undefined;
    }
  }

  /** A comma, or the end of the collection, which is left for the caller. */
  #separator(end: string): boolean {
    this.#space();
    if (this.#word(',') || this.#text.startsWith(end, this.#at)) return true;
    this.#fail(`expected "," or ${JSON.stringify(end)}`);
    return false;
  }

  #key(): string | undefined {
    const character = this.#text[this.#at];
    if (character === '"' || character === "'") return this.#string(character);
    const bare = /[A-Za-z_]\w*/y;
    bare.lastIndex = this.#at;
    const [key] = bare.exec(this.#text) ?? [];
    if (key === undefined) return this.#fail('expected a key');
    this.#at += key.length;
    return key;
  }

  #string(quote: string): string | undefined {
    this.#at += 1;
    let value = '';
    let from = this.#at;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === quote) {
        value += this.#text.slice(from, this.#at);
        this.#at += 1;
        return value;
      }
      if (character !== '\\') continue;
      value += this.#text.slice(from, this.#at);
      const escaped = this.#escape();
      if (escaped === undefined) return undefined;
      value += escaped;
      from = this.#at + 1;
    }
    return this.#fail('the text ends within a string');
  }

  /** Reads an escape and stops at its last character. */
  #escape(): string | undefined {
    this.#at += 1;
    const character = this.#text[this.#at] ?? '';
    if (character !== 'u') {
      return escapes[character] ?? this.#fail(`an unknown escape "\\${character}"`);
    }
    const unit = this.#hexadecimal();
    if (unit === undefined) return undefined;
    if (unit >= 0xdc00 && unit <= 0xdfff) return this.#fail('half of a surrogate pair');
    if (unit < 0xd800 || unit > 0xdbff) return String.fromCharCode(unit);
    if (!this.#text.startsWith('\\u', this.#at + 1)) return this.#fail('half of a surrogate pair');
    this.#at += 2;
    const second = this.#hexadecimal();
    if (second === undefined) return undefined;
    if (second < 0xdc00 || second > 0xdfff) return this.#fail('half of a surrogate pair');
    return String.fromCharCode(unit, second);
  }

  #hexadecimal(): number | undefined {
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits))
      return this.#fail('"\\u" without four hexadecimal digits');
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }
}
