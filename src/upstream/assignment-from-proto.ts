import { isIP, SocketAddress } from 'node:net';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type {
  LbEndpoint,
  LocalityLbEndpoints,
} from '#gen/envoy/config/endpoint/v3/endpoint_components_pb.d.ts';
import type { ClusterLoadAssignment } from '#gen/envoy/config/endpoint/v3/endpoint_pb.d.ts';
import type { Address } from '#network/address.ts';
import { parseAddress, parseSocketAddress } from '#network/address-from-proto.ts';
import type {
  AssignmentConfig,
  DnsTarget,
  HostConfig,
  Locality,
  LocalityConfig,
} from '#upstream/cluster-config.ts';
import { DEFAULT_OVERPROVISIONING_FACTOR, NO_LOCALITY } from '#upstream/defaults.ts';
import { HealthFlag } from '#upstream/health-flags.ts';
import { shared } from '#upstream/shared-config.ts';

/** What a host and an endpoint that becomes several hosts have in common. */
type EndpointConfig = Omit<HostConfig, 'address'>;

type ParseHost<Host> = (
  context: ParseContext,
  message: LbEndpoint,
  common: EndpointConfig,
) => Host | undefined;

/** An assignment of which all addresses are literal. */
export function parseStaticAssignment(
  context: ParseContext,
  message: ClusterLoadAssignment | undefined,
): AssignmentConfig<HostConfig> {
  return parseAssignment(context, message, parseStaticHost);
}

/** An assignment of names; LOGICAL_DNS takes exactly one, whose priority does not matter. */
export function parseDnsAssignment(
  context: ParseContext,
  message: ClusterLoadAssignment | undefined,
  type: 'STRICT_DNS' | 'LOGICAL_DNS',
): AssignmentConfig<DnsTarget> {
  const assignment = parseAssignment(context, message, (at, endpoint, common) =>
    parseDnsTarget(at, endpoint, common, type),
  );
  if (type === 'STRICT_DNS') return assignment;
  const [first] = message?.endpoints ?? [];
  if (message === undefined) {
    context.error('LOGICAL_DNS clusters must have a single host');
  } else if (message.endpoints.length !== 1 || first?.lbEndpoints.length !== 1) {
    context.error(
      'LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint',
    );
  }
  const localities = assignment.localities.map((one) => ({ ...one, priority: 0 }));
  return { ...assignment, localities };
}

function parseAssignment<Host>(
  context: ParseContext,
  message: ClusterLoadAssignment | undefined,
  parseHost: ParseHost<Host>,
): AssignmentConfig<Host> {
  const localities: { -readonly [Key in keyof LocalityConfig<Host>]: LocalityConfig<Host>[Key] }[] =
    [];
  for (const [index, group] of (message?.endpoints ?? []).entries()) {
    const hosts = parseHosts(context.at('endpoints').at(index), group, parseHost);
    const { priority } = group;
    const locality = parseLocality(group);
    /* Without a locality there is nothing that a weight could belong to. */
    const weight = group.locality === undefined ? undefined : group.loadBalancingWeight;
    const same = localities.find(
      (one) => one.priority === priority && isSameLocality(one.locality, locality),
    );
    if (same === undefined) {
      localities.push({ priority, locality, weight: weight ?? 0, hosts });
    } else {
      same.weight = weight ?? same.weight;
      same.hosts = [...same.hosts, ...hosts];
    }
  }
  const { policy } = message ?? {};
  return {
    localities,
    overprovisioningFactor: policy?.overprovisioningFactor ?? DEFAULT_OVERPROVISIONING_FACTOR,
    weightedPriorityHealth: policy?.weightedPriorityHealth ?? false,
  };
}

function parseLocality({ locality }: LocalityLbEndpoints): Locality {
  if (locality === undefined) return NO_LOCALITY;
  const { region, zone, subZone } = locality;
  return shared<Locality>({ region, zone, subZone });
}

function isSameLocality(one: Locality, other: Locality): boolean {
  return one.region === other.region && one.zone === other.zone && one.subZone === other.subZone;
}

function parseHosts<Host>(
  context: ParseContext,
  message: LocalityLbEndpoints,
  parseHost: ParseHost<Host>,
): Host[] {
  const { lbConfig } = message;
  const list = lbConfig.case === 'loadBalancerEndpoints' ? lbConfig.value : message;
  const at = list === message ? context : context.at('load_balancer_endpoints');
  const hosts: Host[] = [];
  for (const [index, endpoint] of list.lbEndpoints.entries()) {
    const host = parseHost(at.at('lb_endpoints').at(index), endpoint, parseEndpoint(endpoint));
    if (host !== undefined) hosts.push(host);
  }
  return hosts;
}

function parseEndpoint(message: LbEndpoint): EndpointConfig {
  const { hostIdentifier: identifier } = message;
  return {
    hostname: identifier.case === 'endpoint' ? identifier.value.hostname : '',
    weight: message.loadBalancingWeight ?? 1,
    healthFlags: parseHealthStatus(message),
    metadata: message.metadata?.filterMetadata,
  };
}

function parseHealthStatus(message: LbEndpoint): number {
  switch (enumName('envoy.config.core.v3.HealthStatus', message.healthStatus)) {
    case 'UNHEALTHY':
    case 'TIMEOUT':
      return HealthFlag.failedEdsHealth;
    case 'DRAINING':
      return HealthFlag.edsStatusDraining;
    case 'DEGRADED':
      return HealthFlag.degradedEdsHealth;
    default:
      return 0;
  }
}

function parseStaticHost(
  context: ParseContext,
  message: LbEndpoint,
  common: EndpointConfig,
): HostConfig | undefined {
  const { hostIdentifier: identifier } = message;
  const proto = identifier.case === 'endpoint' ? identifier.value.address : undefined;
  const at = context.at('endpoint').at('address');
  if (proto?.address.case === 'socketAddress') {
    const { address: host, resolverName } = proto.address.value;
    if (isIP(host) === 0 && resolverName === '') {
      at.at('socket_address')
        .at('address')
        .error(
          'malformed IP address. Consider setting resolver_name or setting cluster type to ' +
            "'STRICT_DNS' or 'LOGICAL_DNS'",
          { value: host },
        );
      return undefined;
    }
  }
  const address = parseAddress(at, proto);
  return address && { address: canonicalAddress(address), ...common };
}

/** IPv6 addresses in the one form that Envoy prints: lower case, the longest run of zeros cut out. */
function canonicalAddress(address: Address): Address {
  if (address.kind === 'pipe' || isIP(address.host) !== 6) return address;
  const { address: host } = new SocketAddress({ address: address.host, family: 'ipv6' });
  return { kind: 'ip', host, port: address.port };
}

function parseDnsTarget(
  context: ParseContext,
  message: LbEndpoint,
  common: EndpointConfig,
  type: string,
): DnsTarget | undefined {
  const { hostIdentifier: identifier } = message;
  const proto = identifier.case === 'endpoint' ? identifier.value.address : undefined;
  const at = context.at('endpoint').at('address');
  if (proto?.address.case !== 'socketAddress') {
    at.error(`${type} clusters need a socket_address`);
    return undefined;
  }
  const { address: dnsName, portSpecifier, resolverName } = proto.address.value;
  const atSocket = at.at('socket_address');
  if (resolverName !== '') {
    const reason = `${type} clusters must NOT have a custom resolver name set`;
    atSocket.at('resolver_name').error(reason, { value: resolverName });
    return undefined;
  }
  if (isIP(dnsName) !== 0 || portSpecifier.case === 'namedPort') {
    // A literal address must be a good one; named ports are refused there.
    const parsed = parseSocketAddress(atSocket, proto.address.value);
    if (parsed === undefined) return undefined;
  }
  const hostname = common.hostname === '' ? dnsName : common.hostname;
  const port = portSpecifier.case === 'portValue' ? portSpecifier.value : 0;
  return { ...common, hostname, dnsName, port };
}
