import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { unpackAnyAs } from '#config/unpack-any.ts';
import type {
  Http1ProtocolOptions,
  Http1ProtocolOptions_HeaderKeyFormat,
  HttpProtocolOptions,
} from '#gen/envoy/config/core/v3/protocol_pb.d.ts';
import type {
  CommonHttpProtocolConfig,
  HeaderKeyFormat,
  Http1ProtocolConfig,
} from '#http/protocol-options.ts';

const DEFAULT_IDLE_TIMEOUT_MS = 3_600_000;
const DEFAULT_MAX_HEADERS_COUNT = 100;
const PRESERVE_CASE =
  'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig';

/** `common_http_protocol_options` as the downstream side reads them. */
export function parseCommonHttp(
  message: HttpProtocolOptions | undefined,
): CommonHttpProtocolConfig {
  const action = enumName(
    'envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction',
    message?.headersWithUnderscoresAction ?? 0,
  );
  return {
    idleTimeoutMs: durationMs(message?.idleTimeout) ?? DEFAULT_IDLE_TIMEOUT_MS,
    maxConnectionDurationMs: durationMs(message?.maxConnectionDuration) ?? 0,
    maxStreamDurationMs: durationMs(message?.maxStreamDuration) ?? 0,
    maxHeadersCount: message?.maxHeadersCount ?? DEFAULT_MAX_HEADERS_COUNT,
    headersWithUnderscoresAction: action ?? 'ALLOW',
    maxRequestsPerConnection: message?.maxRequestsPerConnection ?? 0,
  };
}

/** `http_protocol_options` as the downstream side reads them. */
export function parseHttp1(
  context: ParseContext,
  message: Http1ProtocolOptions | undefined,
): Http1ProtocolConfig {
  return {
    allowAbsoluteUrl: message?.allowAbsoluteUrl ?? true,
    acceptHttp10: message?.acceptHttp10 ?? false,
    defaultHostForHttp10: message?.defaultHostForHttp10 ?? '',
    headerKeyFormat: parseHeaderKeyFormat(
      context.at('header_key_format'),
      message?.headerKeyFormat,
    ),
    enableTrailers: message?.enableTrailers ?? false,
    allowChunkedLength: message?.allowChunkedLength ?? false,
    allowCustomMethods: message?.allowCustomMethods ?? false,
  };
}

/** How header names are to be written; shared with the upstream side. */
export function parseHeaderKeyFormat(
  context: ParseContext,
  message: Http1ProtocolOptions_HeaderKeyFormat | undefined,
): HeaderKeyFormat {
  const format = message?.headerFormat;
  if (format?.case === 'properCaseWords') return { kind: 'proper_case_words' };
  if (format?.case !== 'statefulFormatter') return { kind: 'lower_case' };
  const at = context.at('stateful_formatter').at('typed_config');
  const { typedConfig } = format.value;
  if (typedConfig === undefined) {
    at.error('is required');
    return { kind: 'lower_case' };
  }
  const preserve = unpackAnyAs(at, typedConfig, [PRESERVE_CASE]);
  if (preserve === undefined) return { kind: 'lower_case' };
  const ownHeaders = enumName(
    `${PRESERVE_CASE}.FormatterTypeOnEnvoyHeaders`,
    preserve.formatterTypeOnEnvoyHeaders,
  );
  return {
    kind: 'preserve_case',
    forwardReasonPhrase: preserve.forwardReasonPhrase,
    ownHeaders: ownHeaders === 'PROPER_CASE' ? 'proper_case_words' : 'lower_case',
  };
}
