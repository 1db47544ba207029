import type { FilterCreator } from '#connection-manager/filter.ts';
import { GrpcWebFilter } from '#extensions/http-filters/grpc-web/grpc-web-filter.ts';

export function createGrpcWeb(): FilterCreator {
  return (callbacks) => new GrpcWebFilter(callbacks);
}
