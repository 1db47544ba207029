import type { BlockRecord } from '#stats/block-record.ts';
import type { HistogramRecord } from '#stats/histogram-record.ts';
import type { MetricName, MetricNames } from '#stats/metric-names.ts';
import type { NamedRecord } from '#stats/named-record.ts';
import type { Labels } from '#stats/prometheus-name.ts';
import type { StatKind } from '#stats/stat-group.ts';

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

/** A statistic by itself. */
export interface SingleSeries {
  readonly name: string;
  readonly labels: Labels;
  readonly source:
    | NamedRecord
    | HistogramRecord
    | { readonly block: BlockRecord; readonly field: number };
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
  /** Blocks of one group whose fields go to the same families, which refer to the list. */
  readonly #blocksByShape = new Map<string, LabelledBlock[]>();

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
    this.#addSingle(kind, record.name, this.#names.of(record, record.name), record);
  }

  /** Adds all fields of a block. */
  addBlock(block: BlockRecord): void {
    const shape = this.#names.shapeOf(block);
    if (shape === undefined) {
      const fields = this.#names.fieldsOf(block);
      for (const [field, { name, kind }] of block.group.fields.entries()) {
        const metric = fields[field];
        if (metric === undefined) continue;
        this.#addSingle(kind, block.prefix + name, metric, { block, field });
      }
      return;
    }
    const { metric: beginning, labels } = this.#names.prefixOf(block);
    const key = `${shape.key} ${beginning}`;
    let blocks = this.#blocksByShape.get(key);
    if (blocks === undefined) {
      blocks = [];
      this.#blocksByShape.set(key, blocks);
      for (const [field, { metric: end, labels }] of shape.fields.entries()) {
        const { kind } = block.group.fields[field] as { readonly kind: StatKind };
        this.#family(beginning + end, kind).fields.push({ field, labels, blocks });
      }
    }
    blocks.push({ block, labels });
  }

  #addSingle(
    kind: StatKind,
    name: string,
    { metric, labels }: MetricName,
    source: SingleSeries['source'],
  ): void {
    this.#family(metric, kind).singles.push({ name, labels, source });
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
