import type { BlockRecord } from '#stats/block-record.ts';
import { type Labels, labelsOf, metricName, sanitizeName } from '#stats/prometheus-name.ts';
import type { StatGroup } from '#stats/stat-group.ts';
import { type Tag, type TagExtractor, withoutMatches } from '#stats/tag-extractor.ts';
import { dottedName, type TagMatch } from '#stats/tag-rule.ts';

/** What Prometheus calls a statistic. */
export interface MetricName {
  readonly metric: string;
  readonly labels: Labels;
}

/** What the fields of a group contribute to their names, behind prefixes of one shape. */
export interface BlockShape {
  readonly key: string;
  /** By field: the end of the metric's name, and the labels that the field's own name gives. */
  readonly fields: readonly MetricName[];
}

/**
 * The Prometheus names of statistics. Taking 650,000 names apart (5,000 clusters) costs seconds, so
 * fields are taken apart once for all blocks whose prefixes have the same shape, and prefixes once
 * for each block.
 */
export class MetricNames {
  readonly #extractor: TagExtractor;
  readonly #shapes = new Map<string, BlockShape | undefined>();
  readonly #named = new WeakMap<object, MetricName>();
  readonly #prefixes = new WeakMap<BlockRecord, MetricName>();
  readonly #blockFields = new WeakMap<BlockRecord, readonly (MetricName | undefined)[]>();

  constructor(extractor: TagExtractor) {
    this.#extractor = extractor;
  }

  /** The name of a statistic by itself; `record` is what it is remembered with. */
  of(record: object, fullName: string): MetricName {
    let name = this.#named.get(record);
    if (name === undefined) {
      name = this.extract(fullName);
      this.#named.set(record, name);
    }
    return name;
  }

  extract(fullName: string): MetricName {
    const { name, tags } = this.#extractor.extract(fullName);
    return { metric: metricName(name), labels: labelsOf(tags) };
  }

  /** Undefined when the fields of this block must be named one by one: `fieldsOf`. */
  shapeOf({ group, prefix }: BlockRecord): BlockShape | undefined {
    const prefixShape = this.#extractor.shapeOf(prefix);
    if (prefixShape === undefined) return undefined;
    const key = `${group.name} ${prefixShape}`;
    if (!this.#shapes.has(key)) this.#shapes.set(key, this.#makeShape(key, group, prefix));
    return this.#shapes.get(key);
  }

  /** What a block's prefix contributes: the beginning of all metrics' names, and common labels. */
  prefixOf(block: BlockRecord): MetricName {
    let name = this.#prefixes.get(block);
    if (name === undefined) {
      const { group, prefix } = block;
      const firstField = (group.fields[0] as { readonly name: string }).name;
      const matches = this.#matches(prefix + firstField).filter(({ to }) => to <= prefix.length);
      name = {
        metric: metricName(withoutMatches(prefix, matches)),
        labels: labelsOf([...this.#extractor.fixed, ...matches.map(tagOf)]),
      };
      this.#prefixes.set(block, name);
    }
    return name;
  }

  /** The names of a block's fields; undefined for those that are not shown. */
  fieldsOf(block: BlockRecord): readonly (MetricName | undefined)[] {
    let fields = this.#blockFields.get(block);
    if (fields === undefined) {
      fields = block.group.fields.map((_field, index) =>
        block.shows(index) ? this.extract(block.nameOf(index)) : undefined,
      );
      this.#blockFields.set(block, fields);
    }
    return fields;
  }

  /** Undefined when what is found in the prefix depends on the field, or reaches into it. */
  #makeShape(key: string, group: StatGroup<string>, prefix: string): BlockShape | undefined {
    const fields: MetricName[] = [];
    let firstPlaces: string | undefined;
    for (const { name } of group.fields) {
      const matches = this.#matches(prefix + name);
      const inPrefix = matches.filter(({ from }) => from < prefix.length);
      if (inPrefix.some(({ to }) => to > prefix.length)) return undefined;
      const places = inPrefix.map(({ tag, from, to }) => `${tag} ${from} ${to}`).join();
      firstPlaces ??= places;
      if (places !== firstPlaces) return undefined;
      const inField = matches
        .filter(({ from }) => from >= prefix.length)
        .map((match) => ({
          ...match,
          from: match.from - prefix.length,
          to: match.to - prefix.length,
        }));
      fields.push({
        metric: sanitizeName(withoutMatches(name, inField)),
        labels: labelsOf(inField.map(tagOf)),
      });
    }
    return { key, fields };
  }

  #matches(name: string): TagMatch[] {
    return this.#extractor.matches(dottedName(name));
  }
}

function tagOf({ tag, value }: TagMatch): Tag {
  return [tag, value];
}
