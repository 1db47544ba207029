import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { unpackAnyAs } from '#config/unpack-any.ts';
import {
  type ForwardingConfig,
  HTTP_CONNECTION_MANAGER_TYPE,
  type OriginalIpDetectionConfig,
  type RequestIdConfig,
} from '#connection-manager/connection-manager-config.ts';
import type {
  HttpConnectionManager,
  HttpConnectionManager_InternalAddressConfig,
} from '#gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts';
import type { XffConfig } from '#gen/envoy/extensions/http/original_ip_detection/xff/v3/xff_pb.d.ts';
import { parseCidrRanges } from '#network/address-from-proto.ts';
import { type CidrRange, cidrRange } from '#network/cidr-range.ts';

const XFF = 'envoy.extensions.http.original_ip_detection.xff.v3.XffConfig';
const UUID = 'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig';

/** The fields about forwarding headers and the client's address. */
export function parseForwarding(
  context: ParseContext,
  message: HttpConnectionManager,
): ForwardingConfig {
  const internal = message.internalAddressConfig;
  const scheme = message.schemeHeaderTransformation;
  const details = message.setCurrentClientCertDetails;
  const forward = enumName(
    `${HTTP_CONNECTION_MANAGER_TYPE}.ForwardClientCertDetails`,
    message.forwardClientCertDetails,
  );
  return {
    useRemoteAddress: message.useRemoteAddress ?? false,
    xffNumTrustedHops: message.xffNumTrustedHops,
    skipXffAppend: message.skipXffAppend,
    originalIpDetection: parseOriginalIpDetection(context, message),
    internalAddresses: {
      unixSockets: internal?.unixSockets ?? false,
      cidrRanges: parseInternalRanges(context.at('internal_address_config'), internal),
    },
    via: message.via,
    representIpv4RemoteAddressAsIpv4MappedIpv6: message.representIpv4RemoteAddressAsIpv4MappedIpv6,
    appendXForwardedPort: message.appendXForwardedPort,
    addUserAgent: message.addUserAgent ?? false,
    schemeToOverwrite: scheme?.transformation.value as 'http' | 'https' | undefined,
    schemeMatchesUpstream: scheme?.matchUpstream ?? false,
    forwardClientCertDetails: forward ?? 'SANITIZE',
    setCurrentClientCertDetails: {
      subject: details?.subject ?? false,
      cert: details?.cert ?? false,
      chain: details?.chain ?? false,
      dns: details?.dns ?? false,
      uri: details?.uri ?? false,
    },
  };
}

/** What is internal when a configuration asks for internal addresses without naming any. */
const DEFAULT_INTERNAL_RANGES: readonly CidrRange[] = [
  { words: [0x0a000000], prefixLength: 8 },
  { words: [0xac100000], prefixLength: 12 },
  { words: [0xc0a80000], prefixLength: 16 },
  { words: [0x7f000001], prefixLength: 32 },
  { words: [0xfd000000, 0, 0, 0], prefixLength: 8 },
  { words: [0, 0, 0, 1], prefixLength: 128 },
];

/** Without `internal_address_config` nothing is internal (Envoy 1.40). */
function parseInternalRanges(
  context: ParseContext,
  internal: HttpConnectionManager_InternalAddressConfig | undefined,
): readonly CidrRange[] {
  if (internal === undefined) return [];
  if (internal.cidrRanges.length === 0) return DEFAULT_INTERNAL_RANGES;
  return parseCidrRanges(context.at('cidr_ranges'), internal.cidrRanges);
}

function parseOriginalIpDetection(
  context: ParseContext,
  message: HttpConnectionManager,
): readonly OriginalIpDetectionConfig[] {
  const extensions = message.originalIpDetectionExtensions;
  const at = context.at('original_ip_detection_extensions');
  if (extensions.length > 0 && message.useRemoteAddress === true) {
    at.error('original IP detection extensions and use_remote_address may not be mixed');
  }
  if (extensions.length > 0 && message.xffNumTrustedHops > 0) {
    at.error('original IP detection extensions and xff_num_trusted_hops may not be mixed');
  }
  const detections: OriginalIpDetectionConfig[] = [];
  for (const [index, { name, typedConfig }] of extensions.entries()) {
    const config = at.at(index).at('typed_config');
    if (typedConfig === undefined) {
      config.error('is required', { value: name });
    } else {
      const xff = unpackAnyAs(config, typedConfig, [XFF]);
      if (xff !== undefined) detections.push(parseXff(config, xff));
    }
  }
  return detections;
}

function parseXff(
  context: ParseContext,
  { xffNumTrustedHops, xffTrustedCidrs, skipXffAppend }: XffConfig,
): OriginalIpDetectionConfig {
  if (xffTrustedCidrs !== undefined && xffNumTrustedHops > 0) {
    context.error('Cannot set both xff_num_trusted_hops and xff_trusted_cidrs');
  }
  const at = context.at('xff_trusted_cidrs').at('cidrs');
  const trustedRanges: CidrRange[] = [];
  for (const [index, { addressPrefix, prefixLen }] of (xffTrustedCidrs?.cidrs ?? []).entries()) {
    const range = cidrRange(addressPrefix, prefixLen ?? 0);
    if (range !== undefined) trustedRanges.push(range);
    else at.at(index).warn('malformed IP address: nobody has it', { value: addressPrefix });
  }
  return { kind: 'xff', xffNumTrustedHops, trustedRanges, skipXffAppend: skipXffAppend ?? true };
}

/** The fields about `x-request-id`. */
export function parseRequestId(
  context: ParseContext,
  message: HttpConnectionManager,
): RequestIdConfig {
  const typedConfig = message.requestIdExtension?.typedConfig;
  const at = context.at('request_id_extension').at('typed_config');
  const uuid = typedConfig && unpackAnyAs(at, typedConfig, [UUID]);
  return {
    generate: message.generateRequestId ?? true,
    preserveExternal: message.preserveExternalRequestId,
    alwaysSetInResponse: message.alwaysSetRequestIdInResponse,
    packTraceReason: uuid?.packTraceReason ?? true,
    useForTraceSampling: uuid?.useRequestIdForTraceSampling ?? true,
  };
}
