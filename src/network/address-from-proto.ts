import { isIP } from 'node:net';
import type { ParseContext } from '#config/parse-context.ts';
import type {
  Address as AddressProto,
  CidrRange as CidrRangeProto,
  Pipe,
  SocketAddress,
} from '#gen/envoy/config/core/v3/address_pb.d.ts';
import type { Address } from '#network/address.ts';
import { type CidrRange, cidrRange } from '#network/cidr-range.ts';
import { isAbstract } from '#network/unix-socket.ts';

/** Linux's `sockaddr_un.sun_path`, with the NUL at its end. */
const SOCKET_PATH_BYTES = 108;

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
      return parsePipe(context.at('pipe'), message.address.value);
    default:
      context.error('an address is required');
      return undefined;
  }
}

function parsePipe(context: ParseContext, { path, mode }: Pipe): Address | undefined {
  if (Buffer.byteLength(path) >= SOCKET_PATH_BYTES) {
    const limit = `exceeds maximum UNIX domain socket path size of ${SOCKET_PATH_BYTES}`;
    context.at('path').error(`Path "${path}" ${limit}`, { value: path });
    return undefined;
  }
  if (mode === 0) return { kind: 'pipe', path };
  const address = { kind: 'pipe', path, mode } as const;
  if (isAbstract(address)) context.at('mode').error('Cannot set mode for Abstract AF_UNIX sockets');
  return address;
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
