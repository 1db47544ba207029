import { type HttpFilterReader, messageReader } from '#connection-manager/http-filter-reader.ts';
import {
  GRPC_HTTP1_BRIDGE_TYPE,
  type GrpcHttp1BridgeConfig,
} from '#extensions/http-filters/grpc-http1-bridge/grpc-http1-bridge-config.ts';

export const grpcHttp1BridgeReader: HttpFilterReader = {
  config: messageReader(
    GRPC_HTTP1_BRIDGE_TYPE,
    ({ upgradeProtobufToGrpc, ignoreQueryParameters }): GrpcHttp1BridgeConfig => ({
      upgradeProtobufToGrpc,
      ignoreQueryParameters,
    }),
  ),
};
