/**
 * Buckets as Envoy's circllhist has them: a value is known by its two leading decimal digits. They
 * are numbered for whole numbers: 0 to 9 have a bucket each, then every power of ten has 90, for
 * the leading digits 10 to 99. A thread takes memory for one power of ten ("decade") when the
 * first value falls into it, since most histograms need two or three of the sixteen.
 */
export const DECADES = 16;
const FIRST_DECADE_BUCKETS = 10;
const DECADE_BUCKETS = 90;

/** Number of the bucket that a decade begins with. */
export function firstBucketOf(decade: number): number {
  return decade === 0 ? 0 : FIRST_DECADE_BUCKETS + (decade - 1) * DECADE_BUCKETS;
}

/** How many buckets a decade has. */
export function bucketCountOf(decade: number): number {
  return decade === 0 ? FIRST_DECADE_BUCKETS : DECADE_BUCKETS;
}

/** The smallest value of a bucket; bucket 0 holds the value 0 only. */
export function bucketLowerBound(bucket: number): number {
  if (bucket < FIRST_DECADE_BUCKETS) return bucket;
  const above = bucket - FIRST_DECADE_BUCKETS;
  const digits = (above % DECADE_BUCKETS) + 10;
  return digits * 10 ** Math.floor(above / DECADE_BUCKETS);
}

/**
 * The distance to the next bucket. Below 10 that is a tenth of the value's power of ten, although
 * only whole numbers are recorded: quantiles then come out as Envoy's.
 */
export function bucketWidth(bucket: number): number {
  if (bucket === 0) return 0;
  if (bucket < FIRST_DECADE_BUCKETS) return 0.1;
  return 10 ** Math.floor((bucket - FIRST_DECADE_BUCKETS) / DECADE_BUCKETS);
}
