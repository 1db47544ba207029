import { type Random, SeededRandom } from '#base/random.ts';
import type { ConfigError } from '#config/config-error.ts';
import { loadBootstrap } from '#config/load-bootstrap.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { WorkerStats } from '#stats/worker-stats.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { ClusterDefinition, DnsLookupFamily } from '#upstream/cluster-config.ts';
import { ClusterManager } from '#upstream/cluster-manager.ts';
import { ClusterRegistry } from '#upstream/cluster-registry.ts';
import type { ClusterUpdate } from '#upstream/cluster-update.ts';
import type { DnsResponse } from '#upstream/dns/dns-resolver.ts';
import { parseClusters } from '#upstream/from-proto.ts';
import type { Host } from '#upstream/host.ts';
import { ResourceMemory } from '#upstream/resource-memory.ts';

export type Json = Record<string, unknown>;

export interface ReadClusters {
  readonly definitions: readonly ClusterDefinition[];
  readonly errors: readonly ConfigError[];
  readonly warnings: readonly ConfigError[];
}

/** Reads clusters as a bootstrap's are read: by the rules, the table of support, and their meaning. */
export function readClusters(clusters: readonly Json[]): ReadClusters {
  const text = JSON.stringify({ static_resources: { clusters } });
  const source = { text, fileName: 'test.json', format: 'json' } as const;
  const loaded = loadBootstrap([source], {
    unknownFields: 'reject',
    parse: (bootstrap, context) => {
      const at = context.at('static_resources').at('clusters');
      return parseClusters(at, bootstrap.staticResources?.clusters ?? []);
    },
  });
  if (!loaded.ok) return { definitions: [], errors: loaded.error, warnings: [] };
  return { definitions: loaded.value.parsed, errors: [], warnings: loaded.value.warnings };
}

/** The definition of one cluster without errors. */
export function readCluster(cluster: Json): ClusterDefinition {
  const { definitions, errors } = readClusters([{ name: 'c', ...cluster }]);
  const [definition] = definitions;
  if (errors.length > 0 || definition === undefined) {
    throw new Error(`not a good cluster: ${JSON.stringify(errors)}`);
  }
  return definition;
}

/** An `lb_endpoints` entry: `endpoint('10.0.0.1:80', { health_status: 'DEGRADED' })`. */
export function endpoint(address: string, fields: Json = {}): Json {
  const colon = address.lastIndexOf(':');
  const socketAddress = { address: address.slice(0, colon), port_value: +address.slice(colon + 1) };
  return { endpoint: { address: { socket_address: socketAddress } }, ...fields };
}

/** A `load_assignment` of one locality. */
export function assignment(...endpoints: readonly Json[]): Json {
  return { load_assignment: { cluster_name: 'c', endpoints: [{ lb_endpoints: endpoints }] } };
}

/** Timers that fire when a test says so. */
export class FakeTimers {
  #nowMs = 0;
  #timers: { dueMs: number; run: () => void }[] = [];

  readonly wake = (delayMs: number, run: () => void): (() => void) => {
    const timer = { dueMs: this.#nowMs + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** The delays of all timers from now. */
  get delaysMs(): number[] {
    return this.#timers.map((timer) => timer.dueMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Fires what is due, and lets the promises that hang on it settle. */
  async advance(ms: number): Promise<void> {
    this.#nowMs += ms;
    const due = this.#timers.filter((timer) => timer.dueMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => timer.dueMs > this.#nowMs);
    for (const timer of due) timer.run();
    await settle();
  }
}

/** Lets all promises settle that wait for nothing but each other. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A DNS whose answers a test sets; names without an answer do not exist. */
export class FakeDns {
  readonly answers = new Map<string, DnsResponse>();
  readonly questions: (readonly [name: string, family: DnsLookupFamily])[] = [];

  /** `dns.set('a', '10.0.0.1 30', '10.0.0.2 30')`: addresses, each with its TTL in seconds. */
  set(name: string, ...addresses: readonly string[]): void {
    const parsed = addresses.map((text) => {
      const [host = '', ttl = '0'] = text.split(' ');
      return { host, ttlSeconds: Number(ttl) };
    });
    this.answers.set(name, { status: 'completed', addresses: parsed });
  }

  fail(name: string): void {
    this.answers.set(name, { status: 'failure', reason: 'ESERVFAIL' });
  }

  async resolve(name: string, family: DnsLookupFamily): Promise<DnsResponse> {
    this.questions.push([name, family]);
    return this.answers.get(name) ?? { status: 'completed', addresses: [] };
  }
}

/** A worker's side, fed with copies of what the main thread publishes, as messages are. */
export class TestWorker {
  readonly stats: WorkerStats;
  readonly manager: ClusterManager;
  readonly removed: Host[] = [];
  readonly #index: number;
  readonly #store: StatsStore;

  constructor(index: number, store: StatsStore, random: Random) {
    this.#index = index;
    this.#store = store;
    this.stats = new WorkerStats((announcement) => store.acceptAnnouncement(index, announcement));
    this.stats.addSegments(store.registerWorker(index).segments);
    this.manager = new ClusterManager({
      stats: this.stats,
      random,
      resources: new ResourceMemory(index),
      onHostRemoved: (host) => this.removed.push(host),
    });
  }

  apply(update: ClusterUpdate): void {
    this.stats.addSegments(this.#store.takeNewSegments(this.#index));
    this.manager.apply(structuredClone(update));
  }

  cluster(name = 'c'): Cluster {
    const cluster = this.manager.get(name);
    if (cluster === undefined) throw new Error(`no cluster ${name}`);
    return cluster;
  }
}

/** Main thread and workers in one, without threads. */
export class TestProcess {
  readonly store = new StatsStore();
  readonly dns = new FakeDns();
  readonly timers = new FakeTimers();
  readonly workers: TestWorker[];
  readonly registry: ClusterRegistry;

  constructor(workers = 1, seed = 1) {
    this.workers = Array.from(
      { length: workers },
      (_, index) => new TestWorker(index, this.store, new SeededRandom(seed, index)),
    );
    this.registry = new ClusterRegistry({
      stats: this.store,
      workers,
      dns: { resolver: this.dns, random: new SeededRandom(seed), wake: this.timers.wake },
      publish: (update) => {
        for (const worker of this.workers) worker.apply(update);
      },
    });
  }

  /** Adds clusters written as in a bootstrap. */
  add(...clusters: readonly Json[]): void {
    this.registry.add(clusters.map(readCluster));
  }

  /** Shows the workers each other's statistics. */
  introduceWorkers(): void {
    for (const [index, worker] of this.workers.entries()) {
      worker.stats.setPeers(this.store.peersOf(index));
    }
  }

  get worker(): TestWorker {
    return this.workers[0] as TestWorker;
  }

  /** A counter or gauge as `/stats` shows it. */
  stat(name: string): number | undefined {
    this.registry.refreshGauges();
    const { counters, gauges } = this.store.snapshot();
    return counters.get(name) ?? gauges.get(name);
  }
}

/** `10.0.0.1:80` for each host, in order. */
export function addresses(hosts: readonly Host[]): string[] {
  return hosts.map((host) => host.addressText);
}

/** How often each host is chosen. */
export function choose(cluster: Cluster, times: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let turn = 0; turn < times; turn++) {
    const address = cluster.loadBalancer.chooseHost()?.addressText ?? 'none';
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}
