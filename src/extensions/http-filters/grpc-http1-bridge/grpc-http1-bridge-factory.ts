import type { FilterCreator } from '#connection-manager/filter.ts';
import type { GrpcHttp1BridgeConfig } from '#extensions/http-filters/grpc-http1-bridge/grpc-http1-bridge-config.ts';
import { GrpcHttp1BridgeFilter } from '#extensions/http-filters/grpc-http1-bridge/grpc-http1-bridge-filter.ts';

export function createGrpcHttp1Bridge(config: GrpcHttp1BridgeConfig): FilterCreator {
  return (callbacks) => new GrpcHttp1BridgeFilter(callbacks, config);
}
