/** A share of requests: `numerator` of `denominator` (Envoy's `FractionalPercent`). */
export interface FractionalPercent {
  readonly numerator: number;
  readonly denominator: 100 | 10_000 | 1_000_000;
}

/** The values that an operator can change while the proxy runs (Envoy's runtime), at one moment. */
export interface RuntimeSnapshot {
  /**
   * Whether the feature holds for this stream: `random` (a whole number, one per stream) falls
   * into the share stored under `key`, or into `fallback` when nothing is stored.
   */
  featureEnabled(key: string, fallback: FractionalPercent, random: number): boolean;
  /** The whole number stored under `key`, or `fallback`. */
  getInteger(key: string, fallback: number): number;
}

/**
 * Whether a share holds for a stream: `random` is a whole number, its rest by the denominator
 * is what decides, as in Envoy's `ProtobufPercentHelper::evaluateFractionalPercent`.
 */
export function isInFraction(percent: FractionalPercent, random: number): boolean {
  return random % percent.denominator < percent.numerator;
}

/** A runtime in which nothing is overridden. */
export const defaultRuntime: RuntimeSnapshot = {
  featureEnabled: (_key, fallback, random) => isInFraction(fallback, random),
  getInteger: (_key, fallback) => fallback,
};
