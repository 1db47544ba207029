import type { ActiveStream } from '#connection-manager/active-stream.ts';
import type { FilterFactory } from '#connection-manager/filter.ts';
import { FilterChain } from '#connection-manager/filter-chain.ts';
import { SoleFilter } from '#connection-manager/sole-filter.ts';
import type { StreamFilters } from '#connection-manager/stream-filters.ts';

/** Makes the filters of a stream. */
export function createStreamFilters(
  stream: ActiveStream,
  factories: readonly FilterFactory[],
): StreamFilters {
  const [only] = factories;
  return factories.length === 1 && only !== undefined
    ? new SoleFilter(stream, only)
    : new FilterChain(stream, factories);
}
