import type { Address } from '#network/address.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type {
  AssignmentConfig,
  DiscoveryConfig,
  DnsTarget,
  LocalityConfig,
} from '#upstream/cluster-config.ts';
import { clusterMainStats } from '#upstream/cluster-stats.ts';
import type { HostSnapshot } from '#upstream/cluster-update.ts';
import type { ResolvedAddress } from '#upstream/dns/dns-resolver.ts';
import { type DnsEnvironment, NameWatch } from '#upstream/dns/name-watch.ts';
import type { HostFactory } from '#upstream/host-factory.ts';

const { max_host_weight, update_no_rebuild } = clusterMainStats.field;
const total_match_count = clusterMainStats.field['default.total_match_count'];

/** Hears of a DNS cluster's hosts. */
export interface DiscoveryOwner {
  onHostsChanged(
    assignment: AssignmentConfig<HostSnapshot>,
    removed: readonly HostSnapshot[],
  ): void;
  /** A first resolution ended, well or not. Called once. */
  onInitialized(): void;
}

/** An endpoint with the hosts that its name stands for now. */
interface TargetState {
  readonly target: DnsTarget;
  readonly group: LocalityConfig<DnsTarget>;
  hosts: readonly HostSnapshot[];
}

/** Keeps the hosts of a STRICT_DNS or LOGICAL_DNS cluster up to date. */
export class DnsDiscovery {
  readonly #config: Exclude<DiscoveryConfig, { kind: 'static' }>;
  readonly #stats: StatBlock;
  readonly #hosts: HostFactory;
  readonly #owner: DiscoveryOwner;
  readonly #states = new Map<NameWatch, TargetState>();
  #isInitialized = false;

  constructor(
    config: Exclude<DiscoveryConfig, { kind: 'static' }>,
    environment: DnsEnvironment,
    stats: StatBlock,
    hosts: HostFactory,
    owner: DiscoveryOwner,
  ) {
    this.#config = config;
    this.#stats = stats;
    this.#hosts = hosts;
    this.#owner = owner;
    const isStrict = config.kind === 'strictDns';
    for (const group of config.assignment.localities) {
      for (const target of group.hosts) {
        const watch = new NameWatch(target.dnsName, config.dns, isStrict, environment, stats, this);
        this.#states.set(watch, { target, group, hosts: [] });
      }
    }
  }

  start(): void {
    for (const watch of this.#states.keys()) watch.start();
    if (this.#states.size === 0 || !this.#config.dns.waitForWarmOnInit) this.onAttemptEnded();
  }

  stop(): void {
    for (const watch of this.#states.keys()) watch.stop();
  }

  onAttemptEnded(): void {
    if (this.#isInitialized) return;
    this.#isInitialized = true;
    this.#owner.onInitialized();
  }

  onAddresses(watch: NameWatch, addresses: readonly ResolvedAddress[]): void {
    const state = this.#states.get(watch) as TargetState;
    const before = state.hosts;
    const isChanged =
      this.#config.kind === 'strictDns'
        ? this.#updateStrict(state, addresses)
        : this.#updateLogical(state, addresses);
    if (!isChanged) {
      this.#stats.inc(update_no_rebuild);
      return;
    }
    const ids = new Set(state.hosts.map((host) => host.id));
    const removed = before.filter((host) => !ids.has(host.id));
    this.#owner.onHostsChanged(this.#assignment(), removed);
  }

  /** One host for each address; hosts of addresses that stay are the same hosts. */
  #updateStrict(state: TargetState, addresses: readonly ResolvedAddress[]): boolean {
    const { target } = state;
    const known = new Map(state.hosts.map((host) => [hostOf(host.address), host]));
    const names = new Set(addresses.map((address) => address.host));
    this.#stats.add(total_match_count, names.size);
    const heaviest = Math.max(this.#stats.get(max_host_weight), target.weight);
    if (names.size > 0) this.#stats.set(max_host_weight, heaviest);
    if (names.size === known.size && [...names].every((name) => known.has(name))) return false;
    state.hosts = [...names].map(
      (host) =>
        known.get(host) ??
        this.#hosts.create({ ...target, address: { kind: 'ip', host, port: target.port } }),
    );
    return true;
  }

  /** Always the same host, whose address is the first one of the answer. */
  #updateLogical(state: TargetState, addresses: readonly ResolvedAddress[]): boolean {
    const { target } = state;
    const [first] = addresses;
    const [known] = state.hosts;
    if (first === undefined) return false;
    this.#stats.inc(total_match_count);
    const address: Address = { kind: 'ip', host: first.host, port: target.port };
    if (known !== undefined && hostOf(known.address) === first.host) return false;
    state.hosts = [
      known === undefined ? this.#hosts.create({ ...target, address }) : { ...known, address },
    ];
    return true;
  }

  #assignment(): AssignmentConfig<HostSnapshot> {
    const states = [...this.#states.values()];
    const { assignment } = this.#config;
    return {
      ...assignment,
      localities: assignment.localities.map((group) => ({
        ...group,
        hosts: states.filter((state) => state.group === group).flatMap((state) => state.hosts),
      })),
    };
  }
}

function hostOf(address: Address): string {
  return address.kind === 'ip' ? address.host : '';
}
