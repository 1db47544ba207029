import type { HttpFilterReader } from '#connection-manager/http-filter-reader.ts';
import { bufferReader } from '#extensions/http-filters/buffer/from-proto.ts';
import { grpcHttp1BridgeReader } from '#extensions/http-filters/grpc-http1-bridge/from-proto.ts';
import { grpcStatsReader } from '#extensions/http-filters/grpc-stats/from-proto.ts';
import { grpcWebReader } from '#extensions/http-filters/grpc-web/from-proto.ts';
import { headerMutationReader } from '#extensions/http-filters/header-mutation/from-proto.ts';

/**
 * Every HTTP filter but the router, as the main thread reads its configuration. Workers have a list
 * of their own (`filter-factories.ts`), since they load nothing that reads configurations.
 */
export const httpFilterReaders: readonly HttpFilterReader[] = [
  bufferReader,
  grpcHttp1BridgeReader,
  grpcStatsReader,
  grpcWebReader,
  headerMutationReader,
];
