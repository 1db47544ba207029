import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Parser, Scalar } from 'yaml';
import type { ConfigError } from '#config/config-error.ts';
import { type ConfigDocument, LineIndex } from '#config/document/config-document.ts';
import type { ConfigNode, MapEntry } from '#config/document/config-node.ts';
import { readPlainScalar } from '#config/document/yaml-scalar.ts';

/** Nodes after aliases are expanded: a bound against aliases of aliases of aliases. */
const maxNodes = 20_000_000;
/** Nested collections; far beyond any configuration and far below the depth of the stack. */
const maxDepth = 200;

/**
 * Parses YAML with the scalar rules of Envoy (see `readPlainScalar`). Of several documents in one
 * text the first one counts, keys tagged `!ignore` are dropped, and merge keys (`<<`) mean nothing.
 * Stricter than yaml-cpp in one point, as YAML 1.2 asks for: the lines of a collection in brackets
 * or braces must not begin before what holds it.
 */
export function parseYaml(text: string, file: string): ConfigDocument {
  const lines = new LineIndex(file, text);
  const errors: ConfigError[] = [];
  const report = (offset: number, reason: string): void => {
    const position = lines.positionAt(offset);
    errors.push({ path: '', reason, ...(position && { position }) });
  };
  const document = firstDocument(text);
  for (const { pos, message } of document?.errors ?? []) report(pos[0], `invalid YAML: ${message}`);
  const root = document?.contents && new YamlReader(report).read(document.contents, 0);
  return {
    root: errors.length === 0 ? (root ?? undefined) : undefined,
    errors,
    warnings: [],
    duplicateKeys: 'lastWins',
    positionAt: (offset) => lines.positionAt(offset),
  };
}

function firstDocument(text: string): Document | undefined {
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, prettyErrors: false });
  for (const document of composer.compose(new Parser().parse(text))) return document;
  return undefined;
}

class YamlReader {
  readonly #report: (offset: number, reason: string) => void;
  /** What an anchor stands for at this point and how many nodes it has; 'open' while it is read. */
  readonly #anchored = new Map<string, { node: ConfigNode; size: number } | 'open'>();
  #size = 0;

  constructor(report: (offset: number, reason: string) => void) {
    this.#report = report;
  }

  read(source: unknown, depth: number): ConfigNode {
    if (isAlias(source)) return this.#readAlias(source.source, offsetOf(source));
    const anchor = anchorOf(source);
    if (anchor === undefined) return this.#readNode(source, depth);
    const before = this.#size;
    this.#anchored.set(anchor, 'open');
    const node = this.#readNode(source, depth);
    this.#anchored.set(anchor, { node, size: this.#size - before });
    return node;
  }

  #readNode(source: unknown, depth: number): ConfigNode {
    this.#size += 1;
    const offset = offsetOf(source);
    if (depth > maxDepth) {
      this.#report(offset, `more than ${maxDepth} levels of nesting`);
      return { kind: 'null', offset };
    }
    if (isScalar(source)) return readScalar(source, offset);
    if (isSeq(source)) {
      return {
        kind: 'list',
        items: source.items.map((item) => this.read(item, depth + 1)),
        offset,
      };
    }
    if (!isMap(source)) return { kind: 'null', offset };
    const entries: MapEntry[] = [];
    for (const { key, value } of source.items) {
      if (hasTag(key, '!ignore')) {
        // Anchors in there may be used elsewhere.
        this.read(value, depth + 1);
        continue;
      }
      entries.push({
        key: this.#readKey(key),
        keyOffset: offsetOf(key),
        value:
          value === null ? { kind: 'null', offset: offsetOf(key) } : this.read(value, depth + 1),
      });
    }
    return { kind: 'map', entries, offset };
  }

  #readKey(source: unknown): string {
    const node = isAlias(source) ? this.read(source, 0) : undefined;
    if (node?.kind === 'string' || node?.kind === 'number') return node.value;
    if (isScalar(source)) {
      this.read(source, 0);
      return String(source.value ?? '');
    }
    this.#report(offsetOf(source), 'invalid YAML: the key of a map must be a scalar');
    return '';
  }

  #readAlias(name: string, offset: number): ConfigNode {
    const known = this.#anchored.get(name);
    if (known === undefined || known === 'open') {
      const reason = known === undefined ? 'has no anchor' : 'refers to itself';
      this.#report(offset, `invalid YAML: the alias *${name} ${reason}`);
      return { kind: 'null', offset };
    }
    this.#size += known.size;
    if (this.#size > maxNodes) {
      this.#report(offset, `invalid YAML: aliases expand to more than ${maxNodes} values`);
      return { kind: 'null', offset };
    }
    return known.node;
  }
}

/** Quoted and block scalars are strings; a tag makes no difference, as in yaml-cpp. */
function readScalar(source: Scalar, offset: number): ConfigNode {
  const text = String(source.value ?? '');
  const quoted = source.type !== Scalar.PLAIN && source.type !== undefined;
  if ((quoted && source.tag === undefined) || source.tag === '!') {
    return { kind: 'string', value: text, offset };
  }
  return readPlainScalar(text, offset);
}

function offsetOf(source: unknown): number {
  return (source as { range?: readonly number[] | null } | null)?.range?.[0] ?? -1;
}

function anchorOf(source: unknown): string | undefined {
  return (source as { anchor?: string } | null)?.anchor;
}

function hasTag(source: unknown, tag: string): boolean {
  return (source as { tag?: string } | null)?.tag === tag;
}
