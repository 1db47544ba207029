import { isIP } from 'node:net';
import type { ParseContext } from '#config/parse-context.ts';
import type {
  Address as AddressProto,
  CidrRange as CidrRangeProto,
  SocketAddress,
} from '#gen/envoy/config/core/v3/address_pb.d.ts';
import type { Address } from '#network/address.ts';
import { type CidrRange, cidrRange } from '#network/cidr-range.ts';

/**
 * An address that something is bound to, or a host that needs no resolution: an IP address or the
 * path of a Unix socket (`envoy.config.core.v3.Address`). Names are refused, as in Envoy.
 */
export function parseAddress(
  context: ParseContext,
  message: AddressProto | undefined,
): Address | undefined {
  switch (message?.address.case) {
    case 'socketAddress':
      return parseSocketAddress(context.at('socket_address'), message.address.value);
    case 'pipe':
      return { kind: 'pipe', path: message.address.value.path };
    default:
      context.error('an address is required');
      return undefined;
  }
}

/** The part of `parseAddress` that is about IP addresses. */
export function parseSocketAddress(
  context: ParseContext,
  { address: host, portSpecifier }: SocketAddress,
): Address | undefined {
  if (isIP(host) === 0) {
    context.at('address').error('malformed IP address', { value: host });
    return undefined;
  }
  return {
    kind: 'ip',
    host,
    port: portSpecifier.case === 'portValue' ? portSpecifier.value : 0,
  };
}

/** Every range of a list that is well-formed; the others are reported. */
export function parseCidrRanges(
  context: ParseContext,
  messages: readonly CidrRangeProto[],
): readonly CidrRange[] {
  const ranges: CidrRange[] = [];
  for (const [index, message] of messages.entries()) {
    const range = cidrRange(message.addressPrefix, message.prefixLen ?? 0);
    if (range === undefined) {
      context.at(index).at('address_prefix').error('malformed IP address', {
        value: message.addressPrefix,
      });
    } else {
      ranges.push(range);
    }
  }
  return ranges;
}
