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

/** The names of a block's fields without what is the block's own; thousands of blocks share it. */
export interface BlockShape {
  /**
   * By field: the end of the metric's name, and the labels that only this field has. Undefined for
   * fields that are not shown.
   */
  readonly fields: readonly (MetricName | undefined)[];
}

/** The names of all fields of a block. */
export interface BlockNames {
  readonly shape: BlockShape;
  /** What all metrics' names begin with. */
  readonly beginning: string;
  /** The labels that all fields have. */
  readonly labels: Labels;
}

/**
 * The Prometheus names of statistics. Taking 650,000 names apart (5,000 clusters) costs seconds, so
 * where the rules allow it fields are taken apart once for all blocks whose prefixes look alike.
 * What was found is remembered for as long as the block is there.
 */
export class MetricNames {
  readonly #extractor: TagExtractor;
  readonly #shapesOfPrefixes = new Map<string, BlockShape | undefined>();
  readonly #shapesByContent = new Map<string, BlockShape>();
  readonly #named = new WeakMap<object, MetricName>();
  readonly #blocks = new WeakMap<BlockRecord, BlockNames>();

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

  ofBlock(block: BlockRecord): BlockNames {
    let names = this.#blocks.get(block);
    if (names === undefined) {
      names = this.#foretell(block) ?? this.#takeApart(block);
      this.#blocks.set(block, names);
    }
    return names;
  }

  /** Names a block from another one whose prefix looks alike; undefined where that cannot be done. */
  #foretell(block: BlockRecord): BlockNames | undefined {
    const { group, prefix } = block;
    const prefixShape = this.#extractor.shapeOf(prefix);
    if (prefixShape === undefined) return undefined;
    const key = `${group.name} ${prefixShape}`;
    if (!this.#shapesOfPrefixes.has(key)) {
      this.#shapesOfPrefixes.set(key, this.#shapeBehind(group, prefix));
    }
    const shape = this.#shapesOfPrefixes.get(key);
    if (shape === undefined) return undefined;
    const firstField = (group.fields[0] as { readonly name: string }).name;
    const matches = this.#matches(prefix + firstField).filter(({ to }) => to <= prefix.length);
    return {
      shape,
      beginning: metricName(withoutMatches(prefix, matches)),
      labels: labelsOf([...this.#extractor.fixed, ...matches.map(tagOf)]),
    };
  }

  /** Undefined when what is found in the prefix depends on the field, or reaches into it. */
  #shapeBehind(group: StatGroup<string>, prefix: string): BlockShape | undefined {
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
        .map((match) => shifted(match, -prefix.length));
      fields.push({
        metric: sanitizeName(withoutMatches(name, inField)),
        labels: labelsOf(inField.map(tagOf)),
      });
    }
    return { fields };
  }

  /** Names every field; blocks of which the names turn out alike still share their shape. */
  #takeApart(block: BlockRecord): BlockNames {
    const fields = block.group.fields.map((_field, index) =>
      block.shows(index) ? this.extract(block.nameOf(index)) : undefined,
    );
    const labels = commonLabels(fields.filter((field) => field !== undefined));
    const rests = fields.map((field) =>
      field === undefined ? undefined : { ...field, labels: withoutLabels(field.labels, labels) },
    );
    const content = JSON.stringify(rests);
    let shape = this.#shapesByContent.get(content);
    if (shape === undefined) {
      shape = { fields: rests };
      this.#shapesByContent.set(content, shape);
    }
    return { shape, beginning: '', labels };
  }

  #matches(name: string): TagMatch[] {
    return this.#extractor.matches(dottedName(name));
  }
}

function tagOf({ tag, value }: TagMatch): Tag {
  return [tag, value];
}

function shifted(match: TagMatch, by: number): TagMatch {
  return { ...match, from: match.from + by, to: match.to + by };
}

function commonLabels([first, ...others]: readonly MetricName[]): Labels {
  const common = Object.entries(first?.labels ?? {}).filter(([name, value]) =>
    others.every(({ labels }) => labels[name] === value),
  );
  return Object.fromEntries(common);
}

function withoutLabels(labels: Labels, removed: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !(name in removed)));
}
