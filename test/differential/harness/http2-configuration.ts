import { typed } from './configuration.ts';
import type { JsonObject } from './scenario.ts';

const PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** Fields of a cluster with these `HttpProtocolOptions`. */
export function protocolOptions(options: JsonObject, fields: JsonObject = {}): JsonObject {
  return {
    typed_extension_protocol_options: {
      [PROTOCOL_OPTIONS]: typed('extensions.upstreams.http.v3.HttpProtocolOptions', options),
    },
    ...fields,
  };
}

/** Fields of a cluster whose upstream speaks HTTP/2, with these `Http2ProtocolOptions`. */
export function http2Cluster(options: JsonObject = {}, fields: JsonObject = {}): JsonObject {
  return protocolOptions({ explicit_http_config: { http2_protocol_options: options } }, fields);
}
