import type { Metric, Registry } from 'prom-client';
import type { MetricSample } from '#server/admin/prometheus-samples.ts';
import { TimeSlice } from '#server/admin/slices.ts';

/** Samples rendered in one go: about a millisecond of the main thread. */
const SAMPLES_AT_ONCE = 1000;

type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** Renders metric families through prom-client, which is loaded with the first page. */
export class FamilyRenderer {
  readonly #registry: Registry;
  readonly #openMetrics: boolean;
  readonly #slice = new TimeSlice();

  private constructor(registry: Registry, openMetrics: boolean) {
    this.#registry = registry;
    this.#openMetrics = openMetrics;
  }

  static async create(openMetrics: boolean): Promise<FamilyRenderer> {
    // By its default export: that is all that a bundle keeps of a CommonJS module.
    const { default: prometheus } = await import('prom-client');
    return new FamilyRenderer(new prometheus.Registry(), openMetrics);
  }

  /** A family's lines in pieces; nothing without samples. */
  async *render(
    name: string,
    type: FamilyType,
    samples: Iterable<MetricSample>,
  ): AsyncGenerator<string, void, void> {
    let batch: MetricSample[] = [];
    let isFirst = true;
    for (const sample of samples) {
      batch.push(sample);
      if (batch.length < SAMPLES_AT_ONCE) continue;
      yield await this.#renderBatch(name, type, batch, isFirst);
      batch = [];
      isFirst = false;
      if (this.#slice.isOver()) await this.#slice.pause();
    }
    if (batch.length > 0) yield await this.#renderBatch(name, type, batch, isFirst);
    if (this.#slice.isOver()) await this.#slice.pause();
  }

  async #renderBatch(
    name: string,
    type: FamilyType,
    values: readonly MetricSample[],
    isFirst: boolean,
  ): Promise<string> {
    // OpenMetrics wants counters to end in `_total`, which Envoy's names do not.
    const shownType = this.#openMetrics && type === 'counter' ? 'unknown' : type;
    const family = { name, help: '', type: shownType, aggregator: 'sum', values };
    // The registry asks of a metric nothing but its name and its values.
    const metric = { name, get: () => Promise.resolve(family) } as unknown as Metric;
    this.#registry.registerMetric(metric);
    const text = await this.#registry.getSingleMetricAsString(name);
    this.#registry.removeSingleMetric(name);
    const [help, typeLine] = text.split('\n', 2) as [string, string];
    // Envoy has no help texts; the type stands before the family's first batch alone.
    const headLength = help.length + 1 + (isFirst ? 0 : typeLine.length + 1);
    return `${text.slice(headLength)}\n`;
  }
}
