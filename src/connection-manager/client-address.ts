import { isIP } from 'node:net';
import type { ForwardingConfig } from '#connection-manager/connection-manager-config.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { Address } from '#network/address.ts';
import { type CidrRange, cidrContains, type IpWords, parseIpWords } from '#network/cidr-range.ts';

export interface DetectedClient {
  readonly address: Address;
  /** `x-forwarded-for` held this one address only, so that it can be believed to be internal. */
  readonly allowsTrustedAddressChecks: boolean;
}

/**
 * The address that stands `hopsToSkip` places before the end of `x-forwarded-for`; nothing if
 * there are not as many, or if it is not an IP address (Envoy's `Utility::getLastAddressFromXFF`).
 */
export function lastAddressFromXff(
  headers: RequestHeaders,
  hopsToSkip: number,
): DetectedClient | undefined {
  if (!headers.hasKnown(HeaderName['x-forwarded-for'])) return undefined;
  const xff = headers.getJoined('x-forwarded-for') as string;
  const parts = xff.split(',');
  if (hopsToSkip >= parts.length) return undefined;
  const host = (parts[parts.length - 1 - hopsToSkip] as string).trim();
  if (isIP(host) === 0) return undefined;
  return {
    address: { kind: 'ip', host, port: 0 },
    allowsTrustedAddressChecks: parts.length === 1 && hopsToSkip === 0,
  };
}

/**
 * The last address of `x-forwarded-for` that is none of the trusted proxies', or the first where all
 * of them are; nothing if something that is no IP address comes before it (Envoy's
 * `Utility::getLastNonTrustedAddressFromXFF`).
 */
export function lastUntrustedAddressFromXff(
  headers: RequestHeaders,
  trusted: readonly CidrRange[],
): DetectedClient | undefined {
  const parts = headers.getJoined('x-forwarded-for')?.split(',') ?? [];
  const allowsTrustedAddressChecks = parts.length === 1;
  for (let index = parts.length - 1; index >= 0; index--) {
    const host = (parts[index] as string).trim();
    const words = parseIpWords(host);
    if (words === undefined) return undefined;
    if (index > 0 && contains(trusted, words)) continue;
    return { address: { kind: 'ip', host, port: 0 }, allowsTrustedAddressChecks };
  }
  return undefined;
}

export function isTrustedProxy(address: Address, trusted: readonly CidrRange[]): boolean {
  const words = address.kind === 'ip' ? parseIpWords(address.host) : undefined;
  return words !== undefined && contains(trusted, words);
}

function contains(ranges: readonly CidrRange[], words: IpWords): boolean {
  return ranges.some((range) => cidrContains(range, words));
}

/** Whether the configuration calls requests from this address internal. */
export function isInternalAddress(
  address: Address,
  internal: ForwardingConfig['internalAddresses'],
): boolean {
  if (address.kind === 'pipe') return internal.unixSockets;
  if (internal.cidrRanges.length === 0) return false;
  const words = parseIpWords(address.host);
  if (words === undefined) return false;
  return contains(internal.cidrRanges, words);
}
