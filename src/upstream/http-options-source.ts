import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { unpackAnyAs } from '#config/unpack-any.ts';
import type { Cluster } from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type {
  Http1ProtocolOptions,
  Http2ProtocolOptions,
  HttpProtocolOptions,
} from '#gen/envoy/config/core/v3/protocol_pb.d.ts';
import type { HttpProtocolOptions as TypedHttpOptions } from '#gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.d.ts';
import type { UpstreamProtocolChoice } from '#upstream/cluster-config.ts';
import { isRawBuffer } from '#upstream/transport-socket-from-proto.ts';

/** The key and the type of an upstream's HTTP options in `typed_extension_protocol_options`. */
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** A message and where it stands. */
export interface Located<Message> {
  readonly context: ParseContext;
  readonly message: Message | undefined;
}

/** A cluster's HTTP options, whichever of the two ways they are written in. */
export interface HttpOptionsSource {
  readonly protocol: UpstreamProtocolChoice;
  readonly common: Located<HttpProtocolOptions>;
  readonly http1: Located<Http1ProtocolOptions>;
  readonly http2: Located<Http2ProtocolOptions>;
}

/**
 * Finds `typed_extension_protocol_options`, or the older fields of the cluster, which Envoy ignores
 * once there are typed ones.
 */
export function findHttpOptions(context: ParseContext, cluster: Cluster): HttpOptionsSource {
  const typed = findTyped(context.at('typed_extension_protocol_options'), cluster);
  if (typed?.message === undefined) return olderOptions(context, cluster);
  warnOfIgnored(context, cluster);
  checkAlpn(typed.context, typed.message, cluster);
  return typedOptions(typed.context, typed.message);
}

function findTyped(context: ParseContext, cluster: Cluster): Located<TypedHttpOptions> | undefined {
  let found: Located<TypedHttpOptions> | undefined;
  for (const [name, any] of Object.entries(cluster.typedExtensionProtocolOptions)) {
    const at = context.at(name);
    if (name === HTTP_OPTIONS) {
      found = { context: at, message: unpackAnyAs(at, any, [HTTP_OPTIONS]) };
      continue;
    }
    at.error(
      "Didn't find a registered network or http filter or protocol options implementation for name",
      { value: name, suggestion: HTTP_OPTIONS },
    );
  }
  return found;
}

/** `auto_config` asks the host by ALPN, which takes a transport socket that has it: TLS. */
function checkAlpn(context: ParseContext, message: TypedHttpOptions, cluster: Cluster): void {
  if (message.upstreamProtocolOptions.case !== 'autoConfig' || !isRawBuffer(cluster)) return;
  context
    .at('auto_config')
    .error(`ALPN configured for cluster ${cluster.name} which has a non-ALPN transport socket`);
}

/** HTTP/3 does not come here: it needs what Proa does not have, and is refused. */
function typedOptions(context: ParseContext, message: TypedHttpOptions): HttpOptionsSource {
  const common = {
    context: context.at('common_http_protocol_options'),
    message: message.commonHttpProtocolOptions,
  };
  const { case: kind, value: options } = message.upstreamProtocolOptions;
  if (kind === 'explicitHttpConfig') {
    const { case: protocol, value } = options.protocolConfig;
    const at = context.at('explicit_http_config');
    return {
      protocol: protocol === 'http2ProtocolOptions' ? 'HTTP/2' : 'HTTP/1.1',
      common,
      http1: {
        context: at.at('http_protocol_options'),
        message: protocol === 'httpProtocolOptions' ? value : undefined,
      },
      http2: {
        context: at.at('http2_protocol_options'),
        message: protocol === 'http2ProtocolOptions' ? value : undefined,
      },
    };
  }
  const isAuto = kind === 'autoConfig';
  const follow = isAuto || kind === 'useDownstreamProtocolConfig' ? options : undefined;
  const at = context.at(isAuto ? 'auto_config' : 'use_downstream_protocol_config');
  return {
    protocol: 'downstream',
    common,
    http1: { context: at.at('http_protocol_options'), message: follow?.httpProtocolOptions },
    http2: { context: at.at('http2_protocol_options'), message: follow?.http2ProtocolOptions },
  };
}

function olderOptions(context: ParseContext, cluster: Cluster): HttpOptionsSource {
  const { httpProtocolOptions, http2ProtocolOptions } = cluster;
  const selection = enumName(
    'envoy.config.cluster.v3.Cluster.ClusterProtocolSelection',
    cluster.protocolSelection,
  );
  const followsDownstream = selection === 'USE_DOWNSTREAM_PROTOCOL';
  const hasBoth = httpProtocolOptions !== undefined && http2ProtocolOptions !== undefined;
  if (hasBoth && !followsDownstream) {
    context.error(
      "cluster: Both HTTP1 and HTTP2 options may only be configured with non-default 'protocol_selection' values",
    );
  }
  const configured = http2ProtocolOptions === undefined ? 'HTTP/1.1' : 'HTTP/2';
  return {
    protocol: followsDownstream ? 'downstream' : configured,
    common: {
      context: context.at('common_http_protocol_options'),
      message: cluster.commonHttpProtocolOptions,
    },
    http1: { context: context.at('http_protocol_options'), message: httpProtocolOptions },
    http2: { context: context.at('http2_protocol_options'), message: http2ProtocolOptions },
  };
}

function warnOfIgnored(context: ParseContext, cluster: Cluster): void {
  const warn = (name: string, isSet: boolean): void => {
    if (!isSet) return;
    context.at(name).warn('ignored: typed_extension_protocol_options says what holds');
  };
  warn('common_http_protocol_options', cluster.commonHttpProtocolOptions !== undefined);
  warn('http_protocol_options', cluster.httpProtocolOptions !== undefined);
  warn('http2_protocol_options', cluster.http2ProtocolOptions !== undefined);
  warn('upstream_http_protocol_options', cluster.upstreamHttpProtocolOptions !== undefined);
  warn('protocol_selection', cluster.protocolSelection !== 0);
}
