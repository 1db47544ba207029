import type { ParseContext } from '#config/parse-context.ts';
import type { BindConfig, TcpKeepalive } from '#gen/envoy/config/core/v3/address_pb.d.ts';
import type { Address } from '#network/address.ts';
import { parseSocketAddress } from '#network/address-from-proto.ts';
import type { TcpKeepaliveConfig } from '#upstream/cluster-config.ts';

/** Absent: TCP keepalive stays off. A message without members: on, with the system's values. */
export function parseTcpKeepalive(
  message: TcpKeepalive | undefined,
): TcpKeepaliveConfig | undefined {
  if (message === undefined) return undefined;
  return {
    probes: message.keepaliveProbes,
    idleSeconds: message.keepaliveTime,
    intervalSeconds: message.keepaliveInterval,
  };
}

export function parseSourceAddress(
  context: ParseContext,
  message: BindConfig | undefined,
): Address | undefined {
  if (message?.sourceAddress === undefined) return undefined;
  return parseSocketAddress(context.at('source_address'), message.sourceAddress);
}
