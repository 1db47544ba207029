export const GRPC_HTTP1_BRIDGE_TYPE = 'envoy.extensions.filters.http.grpc_http1_bridge.v3.Config';

/** What the bridge from HTTP/1.1 to gRPC is told (`grpc_http1_bridge.v3.Config`); plain data. */
export interface GrpcHttp1BridgeConfig {
  /** Requests of `application/x-protobuf` become gRPC calls, and their answers plain messages. */
  readonly upgradeProtobufToGrpc: boolean;
  /** The query is cut off the path, which gRPC servers would not understand. */
  readonly ignoreQueryParameters: boolean;
}
