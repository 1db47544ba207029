/**
 * What a number means: counters only grow until `/reset_counters`, gauges go both ways,
 * histograms record values in the unit that their name ends in.
 */
export type StatKind = 'counter' | 'gauge' | 'histogram';

/** One statistic of a group. */
export interface StatField {
  /** The last part of Envoy's name: `upstream_rq_total`. */
  readonly name: string;
  readonly kind: StatKind;
}

/**
 * A fixed set of statistics that many things have each, such as every cluster or every listener.
 * One block of memory holds them for one thing; the field numbers say which slot is which. So a
 * cluster costs eight bytes a statistic and a thread, and its names are written once for all clusters.
 */
export interface StatGroup<Name extends string> {
  /** Names the group in messages between threads. */
  readonly name: string;
  readonly fields: readonly StatField[];
  /** Slots that a block takes, at least 1. Histograms come last in `fields` and take none of them. */
  readonly slotCount: number;
  /** `field.upstream_rq_total` is the number to pass to `StatBlock.inc`. */
  readonly field: { readonly [Field in Name]: number };
}

/**
 * Lays a group out: counters first, then gauges, one slot each; histograms take memory only
 * when they are recorded in. `name` must be the only one of its kind in the process.
 */
export function defineStatGroup<
  const Counter extends string = never,
  const Gauge extends string = never,
  const Histogram extends string = never,
>(
  name: string,
  parts: {
    readonly counters?: readonly Counter[];
    readonly gauges?: readonly Gauge[];
    readonly histograms?: readonly Histogram[];
  },
): StatGroup<Counter | Gauge | Histogram> {
  const slots: StatField[] = [
    ...(parts.counters ?? []).map((field) => ({ name: field, kind: 'counter' as const })),
    ...(parts.gauges ?? []).map((field) => ({ name: field, kind: 'gauge' as const })),
  ];
  const fields: StatField[] = [
    ...slots,
    ...(parts.histograms ?? []).map((field) => ({ name: field, kind: 'histogram' as const })),
  ];
  const field = Object.fromEntries(fields.map((one, index) => [one.name, index]));
  return {
    name,
    fields,
    slotCount: Math.max(slots.length, 1),
    field: field as { readonly [Field in Counter | Gauge | Histogram]: number },
  };
}
