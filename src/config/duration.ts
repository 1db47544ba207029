import type { Duration } from '@bufbuild/protobuf/wkt';

/** A duration in milliseconds, fractions kept; `undefined` stays undefined. */
export function durationMs(duration: Duration): number;
export function durationMs(duration: Duration | undefined): number | undefined;
export function durationMs(duration: Duration | undefined): number | undefined {
  if (duration === undefined) return undefined;
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
