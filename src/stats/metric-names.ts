import type { BlockRecord } from '#stats/block-record.ts';
import { type Labels, labelsOf, metricName } from '#stats/prometheus-name.ts';
import type { StatGroup } from '#stats/stat-group.ts';
import { type Tag, type TagExtractor, withoutMatches } from '#stats/tag-extractor.ts';
import { dottedName, type TagMatch } from '#stats/tag-rule.ts';

/** What Prometheus calls a statistic. */
export interface MetricName {
  readonly metric: string;
  readonly labels: Labels;
}

/** The names that the fields of all blocks of one group and one kind of prefix have. */
export interface BlockShape {
  readonly key: string;
  /** By field; the labels are those that the field's own name gives. */
  readonly fields: readonly MetricName[];
}

/**
 * The Prometheus names of statistics. Taking 650,000 names apart (5,000 clusters) costs seconds, so
 * it is done once for all blocks whose prefixes have the same shape, and remembered for the rest.
 */
export class MetricNames {
  readonly #extractor: TagExtractor;
  readonly #shapes = new Map<string, BlockShape | undefined>();
  readonly #named = new WeakMap<object, MetricName>();
  readonly #blockLabels = new WeakMap<BlockRecord, Labels>();
  readonly #blockFields = new WeakMap<BlockRecord, readonly MetricName[]>();

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

  /** The labels that a block's prefix gives to all of its fields. */
  labelsOf(block: BlockRecord): Labels {
    let labels = this.#blockLabels.get(block);
    if (labels === undefined) {
      const { group, prefix } = block;
      const name = prefix + (group.fields[0] as { readonly name: string }).name;
      const inPrefix = this.#matches(name).filter(({ to }) => to <= prefix.length);
      labels = labelsOf([...this.#extractor.fixed, ...inPrefix.map(tagOf)]);
      this.#blockLabels.set(block, labels);
    }
    return labels;
  }

  fieldsOf(block: BlockRecord): readonly MetricName[] {
    let fields = this.#blockFields.get(block);
    if (fields === undefined) {
      fields = block.group.fields.map(({ name }) => this.extract(block.prefix + name));
      this.#blockFields.set(block, fields);
    }
    return fields;
  }

  /** Undefined when what is found in the prefix depends on the field, or reaches into it. */
  #makeShape(key: string, group: StatGroup<string>, prefix: string): BlockShape | undefined {
    const fields: MetricName[] = [];
    let prefixPlaces: string | undefined;
    for (const { name } of group.fields) {
      const text = prefix + name;
      const matches = this.#matches(text);
      const inPrefix = matches.filter(({ from }) => from < prefix.length);
      if (inPrefix.some(({ to }) => to > prefix.length)) return undefined;
      const places = inPrefix.map(({ tag, from, to }) => `${tag} ${from} ${to}`).join();
      prefixPlaces ??= places;
      if (places !== prefixPlaces) return undefined;
      const inField = matches.filter(({ from }) => from >= prefix.length);
      fields.push({
        metric: metricName(withoutMatches(text, matches)),
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
