import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type { Cluster } from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { HttpProtocolOptions } from '#gen/envoy/config/core/v3/protocol_pb.d.ts';
import { DEFAULT_HTTP2_OPTIONS, type Http2Options } from '#http/h2/http2-options.ts';
import { parseHttp2 } from '#http/http2-options-from-proto.ts';
import { parseHeaderKeyFormat } from '#http/protocol-options-from-proto.ts';
import type { UpstreamHttpConfig } from '#upstream/cluster-config.ts';
import { DEFAULT_BUFFER_LIMIT_BYTES, DEFAULT_UPSTREAM_HTTP } from '#upstream/defaults.ts';
import { findHttpOptions, type HttpOptionsSource } from '#upstream/http-options-source.ts';
import { shared } from '#upstream/shared-config.ts';

/** A cluster's HTTP settings and the requests that a connection may serve. */
export interface ParsedUpstreamHttp {
  readonly http: UpstreamHttpConfig;
  /** 0 is no limit. */
  readonly maxRequestsPerConnection: number;
}

/** Reads what a cluster says of HTTP towards its hosts. */
export function parseUpstreamHttp(context: ParseContext, cluster: Cluster): ParsedUpstreamHttp {
  const source = findHttpOptions(context, cluster);
  warnOfDownstreamOptions(source);
  const { message: common } = source.common;
  const { message: http1 } = source.http1;
  const defaults = DEFAULT_UPSTREAM_HTTP;
  return {
    http: shared<UpstreamHttpConfig>({
      protocol: source.protocol,
      http2: source.protocol === 'HTTP/1.1' ? undefined : parseHttp2Options(source, cluster),
      idleTimeoutMs: durationMs(common?.idleTimeout) ?? defaults.idleTimeoutMs,
      maxConnectionDurationMs: durationMs(common?.maxConnectionDuration) ?? 0,
      maxStreamDurationMs: durationMs(common?.maxStreamDuration) ?? 0,
      maxResponseHeadersCount: common?.maxHeadersCount ?? defaults.maxResponseHeadersCount,
      maxResponseHeadersKb: common?.maxResponseHeadersKb ?? defaults.maxResponseHeadersKb,
      headerKeyFormat: parseHeaderKeyFormat(
        source.http1.context.at('header_key_format'),
        http1?.headerKeyFormat,
      ),
      enableTrailers: http1?.enableTrailers ?? false,
      allowChunkedLength: http1?.allowChunkedLength ?? false,
      sendFullyQualifiedUrl: http1?.sendFullyQualifiedUrl ?? false,
    }),
    maxRequestsPerConnection: limitOfRequests(context, cluster, common),
  };
}

function parseHttp2Options({ common, http2 }: HttpOptionsSource, cluster: Cluster): Http2Options {
  const { maxResponseHeadersKb, maxHeadersCount } = common.message ?? {};
  const { maxHeadersBytes, streamBufferLimitBytes } = DEFAULT_HTTP2_OPTIONS;
  const connectionLimit = cluster.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_LIMIT_BYTES;
  return {
    ...parseHttp2(http2.context, http2.message),
    // Envoy’s default ends the whole connection: whoever can make the upstream answer badly would
    // break the requests of all others on it (RFC 9113 section 8.1.1 asks for the stream alone).
    streamErrorOnInvalidHttpMessage: http2.message?.overrideStreamErrorOnInvalidHttpMessage ?? true,
    maxHeadersBytes:
      maxResponseHeadersKb === undefined ? maxHeadersBytes : maxResponseHeadersKb * 1024,
    maxHeadersCount: maxHeadersCount ?? DEFAULT_UPSTREAM_HTTP.maxResponseHeadersCount,
    headersWithUnderscoresAction: 'ALLOW',
    streamBufferLimitBytes: Math.min(streamBufferLimitBytes, connectionLimit || Infinity),
    // The timeouts of the request limit how long an upstream may let its body wait.
    streamFlushTimeoutMs: 0,
  };
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

/** The messages are the same for listeners; some of their settings mean nothing upstream. */
function warnOfDownstreamOptions({ common, http1 }: HttpOptionsSource): void {
  const warn = (context: ParseContext, field: string, isSet: boolean): void => {
    if (isSet) context.at(field).warn('has no effect upstream');
  };
  const underscores = common.message?.headersWithUnderscoresAction ?? 0;
  warn(common.context, 'headers_with_underscores_action', underscores !== 0);
  const { context: at, message } = http1;
  warn(at, 'allow_absolute_url', message?.allowAbsoluteUrl !== undefined);
  warn(at, 'accept_http_10', message?.acceptHttp10 === true);
  warn(at, 'default_host_for_http_10', (message?.defaultHostForHttp10 ?? '') !== '');
  warn(at, 'allow_custom_methods', message?.allowCustomMethods === true);
  warn(at, 'use_balsa_parser', message?.useBalsaParser !== undefined);
  const override = 'override_stream_error_on_invalid_http_message';
  warn(at, override, message?.overrideStreamErrorOnInvalidHttpMessage !== undefined);
}
