import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { unpackAnyAs } from '#config/unpack-any.ts';
import type { Cluster } from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type {
  Http1ProtocolOptions,
  HttpProtocolOptions,
} from '#gen/envoy/config/core/v3/protocol_pb.d.ts';
import { parseHeaderKeyFormat } from '#http/protocol-options-from-proto.ts';
import type { UpstreamHttpConfig } from '#upstream/cluster-config.ts';
import { DEFAULT_UPSTREAM_HTTP } from '#upstream/defaults.ts';
import { shared } from '#upstream/shared-config.ts';

/** The key and the type of an upstream's HTTP options in `typed_extension_protocol_options`. */
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** A cluster's HTTP settings and the requests that a connection may serve. */
export interface ParsedUpstreamHttp {
  readonly http: UpstreamHttpConfig;
  /** 0 is no limit. */
  readonly maxRequestsPerConnection: number;
}

/**
 * Reads `typed_extension_protocol_options`, or the older fields of the cluster, which Envoy ignores once
 * there are typed ones.
 */
export function parseUpstreamHttp(context: ParseContext, message: Cluster): ParsedUpstreamHttp {
  const typed = findTypedOptions(context.at('typed_extension_protocol_options'), message);
  if (typed !== undefined) {
    warnOfIgnored(context, message);
    const { protocol } = typed;
    const http1 = protocol?.case === 'httpProtocolOptions' ? protocol.value : undefined;
    return parseOptions(
      { common: typed.context.at('common_http_protocol_options'), http1: typed.http1Context },
      typed.common,
      http1,
      limitOfRequests(context, message, typed.common),
    );
  }
  return parseOptions(
    {
      common: context.at('common_http_protocol_options'),
      http1: context.at('http_protocol_options'),
    },
    message.commonHttpProtocolOptions,
    message.httpProtocolOptions,
    limitOfRequests(context, message, message.commonHttpProtocolOptions),
  );
}

interface TypedOptions {
  readonly context: ParseContext;
  readonly http1Context: ParseContext;
  readonly common: HttpProtocolOptions | undefined;
  readonly protocol:
    | { readonly case: 'httpProtocolOptions'; readonly value: Http1ProtocolOptions }
    | undefined;
}

function findTypedOptions(context: ParseContext, message: Cluster): TypedOptions | undefined {
  let found: TypedOptions | undefined;
  for (const [name, any] of Object.entries(message.typedExtensionProtocolOptions)) {
    const at = context.at(name);
    if (name !== HTTP_OPTIONS) {
      at.error(
        "Didn't find a registered network or http filter or protocol options implementation for name",
        { value: name, suggestion: HTTP_OPTIONS },
      );
      continue;
    }
    const options = unpackAnyAs(at, any, [HTTP_OPTIONS]);
    if (options === undefined) continue;
    const { upstreamProtocolOptions: specifier, commonHttpProtocolOptions: common } = options;
    const explicit = specifier.case === 'explicitHttpConfig' ? specifier.value : undefined;
    const protocol = explicit?.protocolConfig;
    found = {
      context: at,
      http1Context: at.at('explicit_http_config').at('http_protocol_options'),
      common,
      protocol: protocol?.case === 'httpProtocolOptions' ? protocol : undefined,
    };
  }
  return found;
}

function warnOfIgnored(context: ParseContext, message: Cluster): void {
  const reason = 'ignored: typed_extension_protocol_options says what holds';
  if (message.commonHttpProtocolOptions !== undefined) {
    context.at('common_http_protocol_options').warn(reason);
  }
  if (message.httpProtocolOptions !== undefined) context.at('http_protocol_options').warn(reason);
}

function limitOfRequests(
  context: ParseContext,
  message: Cluster,
  common: HttpProtocolOptions | undefined,
): number {
  const ofCluster = message.maxRequestsPerConnection;
  const ofOptions = common?.maxRequestsPerConnection;
  if (ofCluster !== undefined && ofOptions !== undefined) {
    context
      .at('max_requests_per_connection')
      .error(
        'Only one of max_requests_per_connection from Cluster or HttpProtocolOptions can be specified',
      );
  }
  return ofOptions ?? ofCluster ?? 0;
}

function parseOptions(
  contexts: { readonly common: ParseContext; readonly http1: ParseContext },
  common: HttpProtocolOptions | undefined,
  http1: Http1ProtocolOptions | undefined,
  maxRequestsPerConnection: number,
): ParsedUpstreamHttp {
  warnOfDownstreamOptions(contexts, common, http1);
  const defaults = DEFAULT_UPSTREAM_HTTP;
  return {
    http: shared<UpstreamHttpConfig>({
      idleTimeoutMs: durationMs(common?.idleTimeout) ?? defaults.idleTimeoutMs,
      maxConnectionDurationMs: durationMs(common?.maxConnectionDuration) ?? 0,
      maxStreamDurationMs: durationMs(common?.maxStreamDuration) ?? 0,
      maxResponseHeadersCount: common?.maxHeadersCount ?? defaults.maxResponseHeadersCount,
      maxResponseHeadersKb: common?.maxResponseHeadersKb ?? defaults.maxResponseHeadersKb,
      headerKeyFormat: parseHeaderKeyFormat(
        contexts.http1.at('header_key_format'),
        http1?.headerKeyFormat,
      ),
      enableTrailers: http1?.enableTrailers ?? false,
      allowChunkedLength: http1?.allowChunkedLength ?? false,
      sendFullyQualifiedUrl: http1?.sendFullyQualifiedUrl ?? false,
    }),
    maxRequestsPerConnection,
  };
}

/** The messages are the same for listeners; some of their settings mean nothing upstream. */
function warnOfDownstreamOptions(
  contexts: { readonly common: ParseContext; readonly http1: ParseContext },
  common: HttpProtocolOptions | undefined,
  http1: Http1ProtocolOptions | undefined,
): void {
  const warn = (context: ParseContext, field: string, isSet: boolean): void => {
    if (isSet) context.at(field).warn('has no effect upstream');
  };
  const underscores = common?.headersWithUnderscoresAction ?? 0;
  warn(contexts.common, 'headers_with_underscores_action', underscores !== 0);
  warn(contexts.http1, 'allow_absolute_url', http1?.allowAbsoluteUrl !== undefined);
  warn(contexts.http1, 'accept_http_10', http1?.acceptHttp10 === true);
  warn(contexts.http1, 'default_host_for_http_10', (http1?.defaultHostForHttp10 ?? '') !== '');
  warn(contexts.http1, 'allow_custom_methods', http1?.allowCustomMethods === true);
  warn(contexts.http1, 'use_balsa_parser', http1?.useBalsaParser !== undefined);
  const override = 'override_stream_error_on_invalid_http_message';
  warn(contexts.http1, override, http1?.overrideStreamErrorOnInvalidHttpMessage !== undefined);
}
