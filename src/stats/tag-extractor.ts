import {
  type DottedName,
  dottedName,
  segmentOf,
  type TagMatch,
  type TagRule,
} from '#stats/tag-rule.ts';

/** A label of Prometheus: `envoy_cluster_name` with the part of the name that it stands for. */
export type Tag = readonly [name: string, value: string];

/** A statistic's name without its tags. */
export interface ExtractedName {
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** Takes tags out of names, by the rules that the bootstrap's `stats_config` leaves or adds. */
export class TagExtractor {
  readonly #rules: readonly TagRule[];
  /** The rules that can match names with a certain first segment, in their order. */
  readonly #byFirstSegment = new Map<string, readonly TagRule[]>();
  /** Those for any other name. */
  readonly #everywhere: readonly TagRule[];
  readonly #literals: ReadonlySet<string>;
  /** Tags that every statistic has. */
  readonly fixed: readonly Tag[];

  constructor(rules: readonly TagRule[], fixed: readonly Tag[] = []) {
    this.#rules = rules;
    this.fixed = fixed;
    this.#everywhere = rules.filter(({ firstSegment }) => firstSegment === undefined);
    this.#literals = new Set(rules.flatMap(({ literals }) => literals ?? []));
  }

  extract(text: string): ExtractedName {
    const matches = this.matches(dottedName(text));
    if (matches.length === 0) return { name: text, tags: this.fixed };
    const tags = matches.map(({ tag, value }): Tag => [tag, value]);
    return { name: withoutMatches(text, matches), tags: [...this.fixed, ...tags] };
  }

  /** What was found in a name, in the order of the rules; of a tag found twice the first one. */
  matches(name: DottedName): TagMatch[] {
    const matches: TagMatch[] = [];
    for (const rule of this.#rulesFor(name)) {
      if (matches.some(({ tag }) => tag === rule.tag)) continue;
      const found = rule.find(name);
      if (found !== undefined) matches.push(found);
    }
    return matches;
  }

  /**
   * What decides where rules match in names that begin with `prefix` (which ends with a dot): the
   * same text for two prefixes says that the same fields behind them match in the same places.
   * Undefined when some rule looks at more than segments.
   */
  shapeOf(prefix: string): string | undefined {
    const name = dottedName(prefix);
    if (this.#rulesFor(name).some(({ literals }) => literals === undefined)) return undefined;
    let shape = '';
    for (let index = 0; index < name.ends.length - 1; index++) {
      const segment = segmentOf(name, index);
      shape += this.#literals.has(segment) ? `${segment}.` : '*.';
    }
    return shape;
  }

  #rulesFor(name: DottedName): readonly TagRule[] {
    const first = segmentOf(name, 0);
    let rules = this.#byFirstSegment.get(first);
    if (rules === undefined) {
      rules = this.#rules.filter(({ firstSegment }) => (firstSegment ?? first) === first);
      // First segments are chosen by the program, yet a `stat_prefix` may make new ones: keep few.
      if (rules.length === this.#everywhere.length) return this.#everywhere;
      this.#byFirstSegment.set(first, rules);
    }
    return rules;
  }
}

/** The name with all matched parts cut out; parts may overlap. */
export function withoutMatches(text: string, matches: readonly TagMatch[]): string {
  const removed = [...matches].sort((a, b) => a.from - b.from);
  let rest = '';
  let kept = 0;
  for (const { from, to } of removed) {
    if (from > kept) rest += text.slice(kept, from);
    kept = Math.max(kept, to);
  }
  return rest + text.slice(kept);
}
