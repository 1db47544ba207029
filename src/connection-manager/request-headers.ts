import { isInternalAddress } from '#connection-manager/client-address.ts';
import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import { appendToList, setForwardingHeaders } from '#connection-manager/forwarding-headers.ts';
import { removeInternalHeaders } from '#connection-manager/internal-headers.ts';
import type { ManagerRuntime } from '#connection-manager/manager-runtime.ts';
import { setRequestId } from '#connection-manager/request-id.ts';
import { HeaderSet } from '#http/header-set.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { isUpgrade } from '#http/upgrade.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/**
 * Makes a request that came from a client fit for the mesh: hop-by-hop fields go, forwarding
 * fields say who the client is, what outsiders must not say is removed, and the request gets its
 * id. The order of the steps, and so of the added fields, is that of Envoy's
 * `ConnectionManagerUtility::mutateRequestHeaders`.
 */
export function prepareRequestHeaders(
  headers: RequestHeaders,
  info: StreamInfo,
  config: HttpConnectionManagerConfig,
  runtime: ManagerRuntime,
): void {
  const { forwarding } = config;
  removeHopByHop(headers);
  const isInternal =
    setForwardingHeaders(headers, info, forwarding, runtime) &&
    isInternalAddress(info.remoteAddress, forwarding.internalAddresses);
  const isEdge = !isInternal && forwarding.useRemoteAddress;
  if (isInternal) headers.set('x-envoy-internal', 'true');
  else removeInternalHeaders(headers, isEdge, runtime.internalOnlyHeaders);
  if (forwarding.addUserAgent) addUserAgent(headers, runtime);
  if (forwarding.via !== '') appendToList(headers, 'via', forwarding.via, ', ');
  if (isEdge && info.remoteAddress.kind === 'ip') {
    headers.set('x-envoy-external-address', externalAddress(info.remoteAddress.host, config));
  }
  setRequestId(headers, info, config.requestId, runtime, isEdge);
  // Only a TLS client can show a certificate; what others say of one is not believed.
  if (forwarding.forwardClientCertDetails !== 'ALWAYS_FORWARD_ONLY') {
    headers.removeKnown(HeaderName['x-forwarded-client-cert']);
  }
}

const NEVER_FORWARDED = new HeaderSet([
  'x-envoy-internal',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
]);

/** What concerns this connection alone (RFC 9110 section 7.6.1); an upgrade concerns the next too. */
function removeHopByHop(headers: RequestHeaders): void {
  if (!isUpgrade(headers)) {
    headers.removeKnown(HeaderName.connection);
    headers.removeKnown(HeaderName.upgrade);
    if (headers.hasKnown(HeaderName.te)) sanitizeTe(headers);
  }
  headers.removeAny(NEVER_FORWARDED);
}

/** Only `trailers` may be asked of the next hop (RFC 9110 section 10.1.4). */
function sanitizeTe(headers: RequestHeaders): void {
  const te = headers.getJoined('te') as string;
  if (te === 'trailers') return;
  const wantsTrailers = te.split(',').some((part) => part.trim().toLowerCase() === 'trailers');
  if (wantsTrailers) headers.set('te', 'trailers');
  else headers.removeKnown(HeaderName.te);
}

function addUserAgent(headers: RequestHeaders, runtime: ManagerRuntime): void {
  headers.set('x-envoy-downstream-service-cluster', runtime.serviceCluster);
  const present = headers.getKnown(HeaderName['user-agent']);
  if (present === undefined || present === '') headers.set('user-agent', runtime.serviceCluster);
  if (runtime.serviceNode !== '') {
    headers.set('x-envoy-downstream-service-node', runtime.serviceNode);
  }
}

/** `represent_ipv4_remote_address_as_ipv4_mapped_ipv6`. */
function externalAddress(host: string, { forwarding }: HttpConnectionManagerConfig): string {
  const isMapped = forwarding.representIpv4RemoteAddressAsIpv4MappedIpv6 && !host.includes(':');
  return isMapped ? `::ffff:${host}` : host;
}
