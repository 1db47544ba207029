import type { BlockRecord } from '#stats/block-record.ts';
import type { HistogramRecord } from '#stats/histogram-record.ts';
import type { BlockShape, MetricNames } from '#stats/metric-names.ts';
import type { NamedRecord } from '#stats/named-record.ts';
import type { Labels } from '#stats/prometheus-name.ts';
import type { StatGroup, StatKind } from '#stats/stat-group.ts';

/** A block with the labels that its prefix gives to all of its fields. */
export interface LabelledBlock {
  readonly block: BlockRecord;
  readonly labels: Labels;
}

/** One field of all blocks of one shape: for instance a counter of all clusters. */
export interface FieldSeries {
  readonly field: number;
  /** Labels that the field's own name gives, such as the class of `upstream_rq_2xx`. */
  readonly labels: Labels;
  readonly blocks: readonly LabelledBlock[];
}

/** A statistic that threads named themselves. */
export interface SingleSeries {
  readonly labels: Labels;
  readonly record: NamedRecord | HistogramRecord;
}

/** All series of one metric, as Prometheus wants them together. */
export interface MetricFamily {
  readonly name: string;
  readonly kind: StatKind;
  readonly fields: FieldSeries[];
  readonly singles: SingleSeries[];
}

/** Sorts statistics into metric families, by what tag extraction leaves of their names. */
export class FamilySorter {
  readonly #names: MetricNames;
  readonly #families = new Map<string, MetricFamily>();
  /** Blocks whose fields go to the same families, which refer to the lists. */
  readonly #blocksByShape = new Map<BlockShape, Map<string, LabelledBlock[]>>();

  constructor(names: MetricNames) {
    this.#names = names;
  }

  /** In the order of Envoy's page: counters, gauges, histograms, each sorted by name. */
  sorted(): MetricFamily[] {
    const order: Readonly<Record<StatKind, number>> = { counter: 0, gauge: 1, histogram: 2 };
    return [...this.#families.values()].sort((a, b) => {
      if (a.kind !== b.kind) return order[a.kind] - order[b.kind];
      return a.name < b.name ? -1 : 1;
    });
  }

  /** Adds a statistic that threads named themselves. */
  addNamed(kind: StatKind, record: NamedRecord | HistogramRecord): void {
    const { metric, labels } = this.#names.of(record, record.name);
    this.#family(metric, kind).singles.push({ labels, record });
  }

  /** Adds all fields of a block. */
  addBlock(block: BlockRecord): void {
    const { shape, beginning, labels } = this.#names.ofBlock(block);
    let blocksByBeginning = this.#blocksByShape.get(shape);
    if (blocksByBeginning === undefined) {
      blocksByBeginning = new Map();
      this.#blocksByShape.set(shape, blocksByBeginning);
    }
    let blocks = blocksByBeginning.get(beginning);
    if (blocks === undefined) {
      blocks = [];
      blocksByBeginning.set(beginning, blocks);
      this.#addFields(block.group, shape, beginning, blocks);
    }
    blocks.push({ block, labels });
  }

  #addFields(
    group: StatGroup<string>,
    shape: BlockShape,
    beginning: string,
    blocks: readonly LabelledBlock[],
  ): void {
    for (const [field, name] of shape.fields.entries()) {
      if (name === undefined) continue;
      const { kind } = group.fields[field] as { readonly kind: StatKind };
      this.#family(beginning + name.metric, kind).fields.push({
        field,
        labels: name.labels,
        blocks,
      });
    }
  }

  #family(name: string, kind: StatKind): MetricFamily {
    const key = `${kind} ${name}`;
    let family = this.#families.get(key);
    if (family === undefined) {
      family = { name, kind, fields: [], singles: [] };
      this.#families.set(key, family);
    }
    return family;
  }
}
