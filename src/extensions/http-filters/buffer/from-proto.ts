import { type HttpFilterReader, messageReader } from '#connection-manager/http-filter-reader.ts';
import {
  BUFFER_PER_ROUTE_TYPE,
  BUFFER_TYPE,
  type BufferConfig,
  type BufferRouteConfig,
} from '#extensions/http-filters/buffer/buffer-config.ts';
import type {
  BufferPerRoute,
  Buffer as BufferProto,
} from '#gen/envoy/extensions/filters/http/buffer/v3/buffer_pb.d.ts';

export const bufferReader: HttpFilterReader = {
  config: messageReader(BUFFER_TYPE, parseBuffer),
  perRoute: messageReader(BUFFER_PER_ROUTE_TYPE, parsePerRoute),
};

function parseBuffer({ maxRequestBytes = 0 }: BufferProto): BufferConfig {
  return { maxRequestBytes };
}

function parsePerRoute({ override }: BufferPerRoute): BufferRouteConfig | undefined {
  if (override.case === 'buffer') return parseBuffer(override.value);
  return override.value === true ? 'disabled' : undefined;
}
