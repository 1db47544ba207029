import { parseAccessLogFilter } from '#access-log/filter-from-proto.ts';
import { readDataSource } from '#config/data-source.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type {
  LocalReplyConfig,
  LocalReplyMapperConfig,
} from '#connection-manager/connection-manager-config.ts';
import { parseBodyFormat } from '#formatter/format-from-proto.ts';
import type { HeaderValueOption } from '#gen/envoy/config/core/v3/base_pb.d.ts';
import type {
  LocalReplyConfig as LocalReplyProto,
  ResponseMapper,
} from '#gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import type { HeaderMutationsConfig } from '#routing/header-mutations.ts';

type HeadersParser = (
  context: ParseContext,
  messages: readonly HeaderValueOption[],
) => HeaderMutationsConfig | undefined;

/** Reads `local_reply_config`. */
export function parseLocalReply(
  context: ParseContext,
  message: LocalReplyProto,
  parseHeadersToAdd: HeadersParser,
): LocalReplyConfig {
  const mappers: LocalReplyMapperConfig[] = [];
  for (const [index, mapper] of message.mappers.entries()) {
    const parsed = parseMapper(context.at('mappers').at(index), mapper, parseHeadersToAdd);
    if (parsed !== undefined) mappers.push(parsed);
  }
  const { bodyFormat } = message;
  return {
    mappers,
    bodyFormat: bodyFormat && parseBodyFormat(context.at('body_format'), bodyFormat),
  };
}

function parseMapper(
  context: ParseContext,
  message: ResponseMapper,
  parseHeadersToAdd: HeadersParser,
): LocalReplyMapperConfig | undefined {
  const { body, bodyFormatOverride } = message;
  const filter = parseAccessLogFilter(context.at('filter'), message.filter);
  const mapper = {
    statusCode: message.statusCode,
    body: body && readDataSource(context.at('body'), body),
    bodyFormat:
      bodyFormatOverride && parseBodyFormat(context.at('body_format_override'), bodyFormatOverride),
    headersToAdd:
      message.headersToAdd.length === 0
        ? undefined
        : parseHeadersToAdd(context.at('headers_to_add'), message.headersToAdd),
  };
  return filter && { filter, ...mapper };
}
