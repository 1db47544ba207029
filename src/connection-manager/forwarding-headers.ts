import {
  type DetectedClient,
  isTrustedProxy,
  lastAddressFromXff,
  lastUntrustedAddressFromXff,
} from '#connection-manager/client-address.ts';
import type {
  ForwardingConfig,
  OriginalIpDetectionConfig,
} from '#connection-manager/connection-manager-config.ts';
import type { ManagerRuntime } from '#connection-manager/manager-runtime.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName, type KnownHeaderName } from '#http/known-headers.ts';
import { recurringField } from '#http/recurring-fields.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { Address } from '#network/address.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/**
 * Finds out who the client is and says so in `x-forwarded-for`, `-proto` and `-port`, sets the
 * scheme, and puts the client into the stream's info. The result is whether the request can be an
 * internal one: it came straight from the client that it names.
 */
export function setForwardingHeaders(
  headers: RequestHeaders,
  info: StreamInfo,
  config: ForwardingConfig,
  runtime: ManagerRuntime,
): boolean {
  const transportScheme = info.downstream.tls === undefined ? 'http' : 'https';
  const isSingleHop = config.useRemoteAddress
    ? trustRemoteAddress(headers, info, config, runtime, transportScheme)
    : trustHeaders(headers, info, config, runtime);
  if (!headers.hasKnown(HeaderName['x-forwarded-proto'])) {
    const proto = config.schemeToOverwrite ?? transportScheme;
    headers.appendField(recurringField(HeaderName['x-forwarded-proto'], proto));
  } else if (config.schemeToOverwrite !== undefined) {
    headers.set('x-forwarded-proto', config.schemeToOverwrite);
  }
  headers.scheme = schemeOf(headers, info, config, transportScheme);
  info.schemeMatchesUpstream = config.schemeMatchesUpstream;
  return isSingleHop;
}

/** HTTP/2 clients say it themselves; for others it is what `x-forwarded-proto` says. */
function schemeOf(
  headers: RequestHeaders,
  info: StreamInfo,
  { schemeToOverwrite }: ForwardingConfig,
  transportScheme: string,
): string {
  if (schemeToOverwrite !== undefined) return schemeToOverwrite;
  if (info.protocol === 'HTTP/2') return headers.scheme.toLowerCase();
  return forwardedScheme(headers) ?? transportScheme;
}

/** What `x-forwarded-proto` says, if that is a scheme. */
export function forwardedScheme(headers: RequestHeaders): string | undefined {
  const proto = headers.getKnown(HeaderName['x-forwarded-proto']);
  return proto === 'http' || proto === 'https' ? proto : undefined;
}

/** `use_remote_address`: the peer is the client, unless so many proxies before it are trusted. */
function trustRemoteAddress(
  headers: RequestHeaders,
  info: StreamInfo,
  config: ForwardingConfig,
  runtime: ManagerRuntime,
  transportScheme: string,
): boolean {
  const isSingleHop = !headers.hasKnown(HeaderName['x-forwarded-for']);
  const { directRemoteAddress: peer, localAddress } = info.downstream;
  const trustedHops = config.xffNumTrustedHops;
  const named = trustedHops === 0 ? undefined : lastAddressFromXff(headers, trustedHops - 1);
  info.remoteAddress = named?.address ?? peer;
  if (!config.skipXffAppend) appendXff(headers, peer, runtime);
  const isTrusted = trustedHops > 0;
  if (!isTrusted || !headers.hasKnown(HeaderName['x-forwarded-proto'])) {
    headers.set('x-forwarded-proto', transportScheme);
  }
  if (config.appendXForwardedPort && localAddress.kind === 'ip') {
    if (!isTrusted || !headers.hasKnown(HeaderName['x-forwarded-port'])) {
      headers.set('x-forwarded-port', String(localAddress.port));
    }
  }
  return isSingleHop;
}

/** Whoever stands before this proxy is believed. */
function trustHeaders(
  headers: RequestHeaders,
  info: StreamInfo,
  config: ForwardingConfig,
  runtime: ManagerRuntime,
): boolean {
  const { directRemoteAddress, localAddress } = info.downstream;
  const detected = detectClient(headers, config, directRemoteAddress, runtime);
  info.remoteAddress = detected?.address ?? directRemoteAddress;
  if (config.appendXForwardedPort && localAddress.kind === 'ip') {
    if (!headers.hasKnown(HeaderName['x-forwarded-port'])) {
      headers.append('x-forwarded-port', String(localAddress.port));
    }
  }
  return detected?.allowsTrustedAddressChecks ?? false;
}

function detectClient(
  headers: RequestHeaders,
  { originalIpDetection, xffNumTrustedHops }: ForwardingConfig,
  peer: Address,
  runtime: ManagerRuntime,
): DetectedClient | undefined {
  if (originalIpDetection.length === 0) return lastAddressFromXff(headers, xffNumTrustedHops);
  for (const detection of originalIpDetection) {
    const { trustedRanges, skipXffAppend } = detection;
    const isRefused = trustedRanges.length > 0 && !isTrustedProxy(peer, trustedRanges);
    const found = isRefused ? undefined : detectByXff(headers, detection);
    // As in Envoy, each adds the peer at once, before the next one looks, and also where the peer
    // is not believed.
    if (isRefused || !skipXffAppend) appendXff(headers, peer, runtime);
    if (found !== undefined) return found;
  }
  return undefined;
}

function detectByXff(
  headers: RequestHeaders,
  { trustedRanges, xffNumTrustedHops }: OriginalIpDetectionConfig,
): DetectedClient | undefined {
  return trustedRanges.length > 0
    ? lastUntrustedAddressFromXff(headers, trustedRanges)
    : lastAddressFromXff(headers, xffNumTrustedHops);
}

function appendXff(headers: RequestHeaders, peer: Address, runtime: ManagerRuntime): void {
  if (peer.kind !== 'ip') return;
  // A client on the same machine is known to others by the machine's own address. As in Envoy,
  // these two are the only addresses of loopback.
  const isLoopback = peer.host === '127.0.0.1' || peer.host === '::1';
  appendToList(headers, 'x-forwarded-for', isLoopback ? runtime.localIp : peer.host, ',');
}

/** Puts a value behind those that a header has already. */
export function appendToList(
  headers: HeaderMap,
  name: KnownHeaderName,
  value: string,
  separator: string,
): void {
  const present = headers.getJoined(name);
  headers.set(name, present === undefined || present === '' ? value : present + separator + value);
}
