import type { FilterCreator } from '#connection-manager/filter.ts';
import type { BufferConfig } from '#extensions/http-filters/buffer/buffer-config.ts';
import { BufferFilter } from '#extensions/http-filters/buffer/buffer-filter.ts';

export function createBuffer(config: BufferConfig): FilterCreator {
  return (callbacks) => new BufferFilter(callbacks, config);
}
