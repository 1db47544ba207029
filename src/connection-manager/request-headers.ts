import { randomUuid } from '#base/uuid.ts';
import { isInternalAddress, lastAddressFromXff } from '#connection-manager/client-address.ts';
import type { ManagerRuntime } from '#connection-manager/manager-runtime.ts';
import type { HttpConnectionManagerConfig } from '#http/connection-manager-config.ts';
import type { RequestHeaders } from '#http/header-map.ts';
import { HeaderName, type KnownHeaderName } from '#http/known-headers.ts';
import type { Address } from '#network/address.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** Headers by which only Envoys of the same mesh may steer each other. */
const INTERNAL_HEADERS: readonly KnownHeaderName[] = [
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-hedge-on-per-try-timeout',
];
const INTERNAL_IDS = INTERNAL_HEADERS.map((name) => HeaderName[name]);

/** A request that asks for another protocol on its connection. */
export function isUpgrade(headers: RequestHeaders): boolean {
  if (!headers.hasKnown(HeaderName.upgrade)) return false;
  const connection = headers.getKnown(HeaderName.connection);
  return connection !== undefined && /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(connection);
}

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
  removeHopByHop(headers);
  const isInternal = setForwardingHeaders(headers, info, config, runtime);
  const isEdge = !isInternal && config.forwarding.useRemoteAddress;
  if (isInternal) {
    headers.set('x-envoy-internal', 'true');
  } else {
    removeInternalHeaders(headers, isEdge, runtime.internalOnlyHeaders);
  }
  const { forwarding } = config;
  if (forwarding.addUserAgent) addUserAgent(headers, runtime);
  if (forwarding.via !== '') appendTo(headers, 'via', forwarding.via, ', ');
  if (isEdge && info.remoteAddress.kind === 'ip') {
    headers.set('x-envoy-external-address', info.remoteAddress.host);
  }
  setRequestId(headers, info, config, runtime, isEdge);
}

function removeHopByHop(headers: RequestHeaders): void {
  if (headers.hasKnown(HeaderName.te)) sanitizeTe(headers);
  if (isUpgrade(headers)) {
    const isBodiless =
      !headers.hasKnown(HeaderName['transfer-encoding']) &&
      !headers.hasKnown(HeaderName['content-length']);
    if (isBodiless) headers.append('content-length', '0');
  } else {
    removeConnectionNominated(headers);
    headers.removeKnown(HeaderName.upgrade);
  }
  headers.removeKnown(HeaderName['x-envoy-internal']);
  headers.removeKnown(HeaderName['keep-alive']);
  headers.removeKnown(HeaderName['proxy-connection']);
  headers.removeKnown(HeaderName['transfer-encoding']);
}

/** Removes `connection` and what it names (RFC 9110 section 7.6.1). */
export function removeConnectionNominated(headers: RequestHeaders): void {
  headers.removeKnown(HeaderName.connection);
}

/** Only `trailers` may be asked of the next hop (RFC 9110 section 10.1.4). */
function sanitizeTe(headers: RequestHeaders): void {
  const te = headers.getJoined('te') as string;
  const wantsTrailers = te.split(',').some((part) => part.trim().toLowerCase() === 'trailers');
  if (wantsTrailers) headers.set('te', 'trailers');
  else headers.removeKnown(HeaderName.te);
}

/** Sets `x-forwarded-*` and the scheme; tells whether the request is an internal one. */
function setForwardingHeaders(
  headers: RequestHeaders,
  info: StreamInfo,
  config: HttpConnectionManagerConfig,
  runtime: ManagerRuntime,
): boolean {
  const { forwarding } = config;
  const transportScheme = info.downstream.tls === undefined ? 'http' : 'https';
  let mayBeInternal: boolean;
  if (forwarding.useRemoteAddress) {
    mayBeInternal = !headers.hasKnown(HeaderName['x-forwarded-for']);
    info.remoteAddress = trustedRemoteAddress(headers, info, forwarding.xffNumTrustedHops);
    if (!forwarding.skipXffAppend) appendXff(headers, info, runtime);
    const isTrusted = forwarding.xffNumTrustedHops > 0;
    if (!isTrusted || !headers.hasKnown(HeaderName['x-forwarded-proto'])) {
      headers.set('x-forwarded-proto', transportScheme);
    }
  } else {
    const detected = detectClient(headers, config);
    mayBeInternal = detected?.allowsTrustedAddressChecks ?? false;
    info.remoteAddress = detected?.address ?? info.downstream.directRemoteAddress;
  }
  if (forwarding.appendXForwardedPort && info.downstream.localAddress.kind === 'ip') {
    if (!headers.hasKnown(HeaderName['x-forwarded-port'])) {
      headers.append('x-forwarded-port', String(info.downstream.localAddress.port));
    }
  }
  if (!headers.hasKnown(HeaderName['x-forwarded-proto'])) {
    headers.append('x-forwarded-proto', transportScheme);
  }
  if (forwarding.schemeToOverwrite !== undefined) {
    headers.scheme = forwarding.schemeToOverwrite;
    headers.set('x-forwarded-proto', forwarding.schemeToOverwrite);
  } else {
    const proto = headers.getKnown(HeaderName['x-forwarded-proto']) as string;
    headers.scheme = proto === 'http' || proto === 'https' ? proto : transportScheme;
  }
  return mayBeInternal && isInternalAddress(info.remoteAddress, forwarding.internalAddresses);
}

function trustedRemoteAddress(
  headers: RequestHeaders,
  info: StreamInfo,
  trustedHops: number,
): Address {
  const direct = info.downstream.directRemoteAddress;
  if (trustedHops === 0) return direct;
  return lastAddressFromXff(headers, trustedHops - 1)?.address ?? direct;
}

function detectClient(
  headers: RequestHeaders,
  config: HttpConnectionManagerConfig,
): ReturnType<typeof lastAddressFromXff> {
  const { originalIpDetection, xffNumTrustedHops } = config.forwarding;
  if (originalIpDetection.length === 0) return lastAddressFromXff(headers, xffNumTrustedHops);
  for (const detection of originalIpDetection) {
    const found = lastAddressFromXff(headers, detection.xffNumTrustedHops);
    if (found !== undefined) return found;
  }
  return undefined;
}

function appendXff(headers: RequestHeaders, info: StreamInfo, runtime: ManagerRuntime): void {
  const direct = info.downstream.directRemoteAddress;
  if (direct.kind !== 'ip') return;
  // A client on the same machine is known to others by the machine's own address.
  const isLoopback = direct.host === '127.0.0.1' || direct.host === '::1';
  appendTo(headers, 'x-forwarded-for', isLoopback ? runtime.localIp : direct.host, ',');
}

/** Puts a value behind what a header says already. */
export function appendTo(
  headers: RequestHeaders,
  name: KnownHeaderName,
  value: string,
  separator: string,
): void {
  const present = headers.getKnown(HeaderName[name]);
  if (present === undefined || present === '') headers.set(name, value);
  else headers.set(name, `${headers.getJoined(name)}${separator}${value}`);
}

function removeInternalHeaders(
  headers: RequestHeaders,
  isEdge: boolean,
  internalOnly: readonly string[],
): void {
  if (isEdge) {
    headers.remove('x-envoy-decorator-operation');
    headers.removeKnown(HeaderName['x-envoy-downstream-service-cluster']);
    headers.removeKnown(HeaderName['x-envoy-downstream-service-node']);
  }
  for (const id of INTERNAL_IDS) headers.removeKnown(id);
  for (const name of internalOnly) headers.remove(name);
}

function addUserAgent(headers: RequestHeaders, runtime: ManagerRuntime): void {
  headers.set('x-envoy-downstream-service-cluster', runtime.serviceCluster);
  const present = headers.getKnown(HeaderName['user-agent']);
  if (present === undefined || present === '') headers.set('user-agent', runtime.serviceCluster);
  if (runtime.serviceNode !== '') {
    headers.set('x-envoy-downstream-service-node', runtime.serviceNode);
  }
}

function setRequestId(
  headers: RequestHeaders,
  info: StreamInfo,
  config: HttpConnectionManagerConfig,
  runtime: ManagerRuntime,
  isEdge: boolean,
): void {
  const present = headers.getKnown(HeaderName['x-request-id']);
  const { generate, preserveExternal } = config.requestId;
  if (!generate) {
    info.requestId = present ?? '';
    return;
  }
  if (present !== undefined && present !== '' && (preserveExternal || !isEdge)) {
    info.requestId = present;
    return;
  }
  const id = randomUuid(runtime.services.random);
  info.requestId = id;
  if (present === undefined) {
    headers.appendKnown(HeaderName['x-request-id'], 'x-request-id', id);
  } else {
    headers.set('x-request-id', id);
  }
}
