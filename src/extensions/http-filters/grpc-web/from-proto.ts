import { type HttpFilterReader, messageReader } from '#connection-manager/http-filter-reader.ts';
import { GRPC_WEB_TYPE } from '#extensions/http-filters/grpc-web/grpc-web-config.ts';

export const grpcWebReader: HttpFilterReader = {
  config: messageReader(GRPC_WEB_TYPE, () => ({})),
};
