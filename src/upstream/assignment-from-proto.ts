import { isIP } from 'node:net';
import type { ParseContext } from '#config/parse-context.ts';
import type { Address as AddressMessage } from '#gen/envoy/config/core/v3/address_pb.d.ts';
import type {
  LbEndpoint,
  LocalityLbEndpoints,
} from '#gen/envoy/config/endpoint/v3/endpoint_components_pb.d.ts';
import type { ClusterLoadAssignment } from '#gen/envoy/config/endpoint/v3/endpoint_pb.d.ts';
import type { Address } from '#network/address.ts';
import type { AssignmentConfig, HostConfig, LocalityConfig } from '#upstream/cluster-config.ts';
import { DEFAULT_OVERPROVISIONING_FACTOR, NO_LOCALITY } from '#upstream/defaults.ts';

/** Turns Envoy's `ClusterLoadAssignment` with literal addresses into Proa's. */
export function parseLoadAssignment(
  message: ClusterLoadAssignment | undefined,
  context: ParseContext,
): AssignmentConfig<HostConfig> {
  const localities = message?.endpoints ?? [];
  return {
    localities: localities.map((one, index) =>
      parseLocality(one, context.at('endpoints').at(index)),
    ),
    overprovisioningFactor:
      message?.policy?.overprovisioningFactor ?? DEFAULT_OVERPROVISIONING_FACTOR,
    weightedPriorityHealth: message?.policy?.weightedPriorityHealth ?? false,
  };
}

function parseLocality(
  message: LocalityLbEndpoints,
  context: ParseContext,
): LocalityConfig<HostConfig> {
  const { locality } = message;
  const hosts: HostConfig[] = [];
  for (const [index, endpoint] of message.lbEndpoints.entries()) {
    const host = parseEndpoint(endpoint, context.at('lb_endpoints').at(index));
    if (host !== undefined) hosts.push(host);
  }
  return {
    priority: message.priority,
    locality:
      locality === undefined
        ? NO_LOCALITY
        : { region: locality.region, zone: locality.zone, subZone: locality.subZone },
    weight: message.loadBalancingWeight ?? 0,
    hosts,
  };
}

function parseEndpoint(message: LbEndpoint, context: ParseContext): HostConfig | undefined {
  const endpoint =
    message.hostIdentifier.case === 'endpoint' ? message.hostIdentifier.value : undefined;
  const address = parseAddress(endpoint?.address, context.at('endpoint').at('address'));
  if (address === undefined) return undefined;
  return {
    address,
    hostname: endpoint?.hostname ?? '',
    weight: message.loadBalancingWeight ?? 1,
    healthFlags: 0,
    metadata: undefined,
  };
}

function parseAddress(
  message: AddressMessage | undefined,
  context: ParseContext,
): Address | undefined {
  if (message?.address.case === 'pipe') return { kind: 'pipe', path: message.address.value.path };
  if (message?.address.case !== 'socketAddress') {
    context.error('an address is needed');
    return undefined;
  }
  const { address, portSpecifier } = message.address.value;
  if (isIP(address) === 0) {
    context.at('socket_address').at('address').error('not an IP address', { value: address });
  }
  return {
    kind: 'ip',
    host: address,
    port: portSpecifier.case === 'portValue' ? portSpecifier.value : 0,
  };
}
