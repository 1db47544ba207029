import { type AccessLog, instantiateAccessLogs } from '#access-log/access-log.ts';
import { ConnectionLog } from '#access-log/connection-log.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import { DownstreamConnection } from '#connection-manager/downstream-connection.ts';
import { DrainDecision, type DrainStrategy } from '#connection-manager/drain-decision.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import type { Address } from '#network/address.ts';
import { FilterChainMatcher } from '#network/filter-chain-match.ts';
import { listenerStats, listenerWorkerStats } from '#network/listener-stats.ts';
import { type Listening, listen } from '#network/listening.ts';
import type { Transport } from '#network/transport.ts';
import { removeSocketFile, setSocketMode, socketName } from '#network/unix-socket.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import { type DownstreamInfo, StreamInfo } from '#stream-info/stream-info.ts';
import { createManager } from '#worker/create-manager.ts';
import { accessLogFilterEnvironment, formatterEnvironment } from '#worker/log-environment.ts';
import type { ListenerSnapshot, WorkerListenerConfig } from '#worker/messages.ts';
import type { Worker } from '#worker/worker.ts';

const { field } = listenerStats;
const { field: workerField } = listenerWorkerStats;

interface ActiveFilterChain {
  readonly config: WorkerListenerConfig['filterChains'][number];
  readonly manager: HttpConnectionManager;
}

/** What connections are served with: one snapshot of the configuration, built whole. */
interface Generation {
  readonly matcher: FilterChainMatcher;
  /** In the order of the configuration; the default chain comes last. */
  readonly chains: readonly ActiveFilterChain[];
  /** The listener's own, about connections. */
  readonly logs: readonly AccessLog[];
}

interface ConnectionAddresses {
  readonly local: Address;
  readonly remote: Address;
}

/** Clients of a Unix socket have no address. */
const UNNAMED: Address = { kind: 'pipe', path: '' };

let nextConnectionId = 0;

/**
 * Whether every worker opens the listener. A Unix socket and a port that is not to be reused can be
 * opened only once: the first worker serves them alone. A port that the system is to choose is
 * opened by the first worker, and is in the configuration of those that start after it.
 */
function isShared({ address, reusePort }: WorkerListenerConfig): boolean {
  return address.kind === 'ip' && address.port !== 0 && reusePort;
}

/** One listener of one worker: accepts, chooses the filter chain, hands over. */
export class ActiveListener {
  readonly name: string;
  readonly #worker: Worker;
  #snapshot: ListenerSnapshot;
  #generation: Generation;
  readonly #stats: StatBlock;
  readonly #workerStats: StatBlock;
  readonly #drain: DrainDecision;
  readonly #connections = new Set<DownstreamConnection>();
  #accepting: Listening | undefined = undefined;
  #address: Address;

  constructor(snapshot: ListenerSnapshot, worker: Worker) {
    const { config } = snapshot;
    const prefix = `listener.${config.statPrefix}.`;
    const { index } = worker.identity;
    this.name = config.name;
    this.#worker = worker;
    this.#snapshot = snapshot;
    this.#address = config.address;
    this.#stats = worker.stats.block(listenerStats, snapshot.statsAddress, prefix);
    this.#workerStats = worker.stats.block(
      listenerWorkerStats,
      snapshot.workerStatsAddresses[index] as number,
      `${prefix}worker_${index}.`,
    );
    const { clock, random } = worker.services;
    this.#drain = new DrainDecision(clock, random);
    this.#generation = this.#build(snapshot);
  }

  /** New connections are served with the new configuration; present ones keep what they have. */
  update(snapshot: ListenerSnapshot): void {
    this.#snapshot = snapshot;
    this.#generation = this.#build(snapshot);
  }

  /** Opens the socket; resolves to the port, or to why it could not be opened. */
  async start(): Promise<Result<number, string>> {
    const { config } = this.#snapshot;
    if (!config.bindToPort) return ok(0);
    const { address } = config;
    const isFirst = this.#worker.identity.index === 0;
    if (!isShared(config) && !isFirst) return ok(address.kind === 'ip' ? address.port : 0);
    if (address.kind === 'pipe') removeSocketFile(address);
    const backlog = config.tcpBacklogSize === undefined ? {} : { backlog: config.tcpBacklogSize };
    const options =
      address.kind === 'pipe'
        ? { path: socketName(address), ...backlog }
        : {
            host: address.host,
            port: address.port,
            reusePort: config.reusePort,
            exclusive: true,
            ipv6Only: address.host.includes(':') && !config.ipv4Compat,
            ...backlog,
          };
    try {
      this.#accepting = await listen(options, (transport) => this.#accept(transport));
      if (address.kind === 'pipe') setSocketMode(address);
    } catch (error) {
      return err((error as Error).message);
    }
    const bound = this.#accepting.address;
    if (bound === null || typeof bound === 'string') return ok(0);
    this.#address = { kind: 'ip', host: bound.address, port: bound.port };
    return ok(bound.port);
  }

  /** Accepts nothing more. */
  stop(): void {
    this.#accepting?.server.close();
    this.#accepting = undefined;
  }

  /** The process ends: requests under way are broken off, and logged as such. */
  breakOff(): void {
    for (const connection of this.#connections) connection.breakOff();
  }

  /** Connections close with one of their next answers, all of them after `durationMs`. */
  drain(strategy: DrainStrategy, durationMs: number): void {
    this.#drain.start(strategy, durationMs);
  }

  /** While health checks are failed, connections close with their next answer. */
  failHealthChecks(areFailed: boolean): void {
    if (this.#snapshot.config.drainType === 'DEFAULT') this.#drain.failHealthChecks(areFailed);
  }

  #accept(transport: Transport): void {
    const { turn } = this.#worker;
    turn.begin();
    const addresses = this.#addressesOf(transport);
    const chain = addresses && this.#choose(addresses);
    const info = addresses && this.#infoOf(addresses, chain);
    if (info === undefined || chain === undefined) {
      if (info !== undefined) this.#refuse(info);
      transport.destroy();
      turn.end();
      return;
    }
    const { manager } = chain;
    this.#stats.inc(field.downstream_cx_total);
    this.#stats.inc(field.downstream_cx_active);
    // Node hands over one connection an event, and none waits for listener filters: as Envoy shows it.
    this.#stats.record(field.connections_accepted_per_socket_event, 1);
    this.#stats.add(field.downstream_pre_cx_active, 0);
    manager.stats.add(connectionManagerStats.field.downstream_cx_rx_bytes_buffered, 0);
    this.#workerStats.inc(workerField.downstream_cx_total);
    this.#workerStats.inc(workerField.downstream_cx_active);
    const startMs = this.#worker.services.clock.nowMs;
    const onClosed = (closed: DownstreamConnection) => {
      this.#connections.delete(closed);
      this.#stats.inc(field.downstream_cx_destroy);
      this.#stats.dec(field.downstream_cx_active);
      this.#workerStats.dec(workerField.downstream_cx_active);
      const lengthMs = this.#worker.services.clock.nowMs - startMs;
      this.#stats.record(field.downstream_cx_length_ms, lengthMs);
    };
    const log = this.#logOf(info);
    this.#connections.add(new DownstreamConnection(transport, turn, manager, info, onClosed, log));
    turn.end();
  }

  /** No filter chain takes the connection. */
  #refuse(info: DownstreamInfo): void {
    this.#stats.inc(field.no_filter_chain_match);
    const log = this.#logOf(info);
    if (log === undefined) return;
    log.streamInfo.setResponseFlag(ResponseFlag.noRouteFound);
    log.streamInfo.responseCodeDetails = 'filter_chain_not_found';
    log.write(this.#worker.services.clock.nowMs);
  }

  #logOf(info: DownstreamInfo): ConnectionLog | undefined {
    const { logs } = this.#generation;
    if (logs.length === 0) return undefined;
    const { clock } = this.#worker.services;
    return new ConnectionLog(logs, new StreamInfo(info, clock.nowMs, clock.wallMs()));
  }

  /** Nothing when the client is gone already. */
  #addressesOf({ remoteAddress, localAddress }: Transport): ConnectionAddresses | undefined {
    if (this.#address.kind !== 'ip') return { local: this.#address, remote: UNNAMED };
    if (remoteAddress === undefined || localAddress === undefined) return undefined;
    return { local: localAddress, remote: remoteAddress };
  }

  #infoOf(
    { local, remote }: ConnectionAddresses,
    chain: ActiveFilterChain | undefined,
  ): DownstreamInfo {
    const { config } = this.#snapshot;
    return {
      connectionId: nextConnectionId++,
      localAddress: local,
      remoteAddress: remote,
      directRemoteAddress: remote,
      directLocalAddress: local,
      requestedServerName: undefined,
      tls: undefined,
      listenerName: config.name,
      listenerMetadata: config.metadata,
      filterChainName: chain?.config.name ?? '',
      filterChainMetadata: chain?.config.metadata ?? {},
    };
  }

  #choose({ local, remote }: ConnectionAddresses): ActiveFilterChain | undefined {
    const { matcher, chains } = this.#generation;
    const index = matcher.find({
      localAddress: local,
      remoteAddress: remote,
      directRemoteAddress: remote,
      requestedServerName: '',
      transportProtocol: 'raw_buffer',
      applicationProtocols: [],
    });
    if (index >= 0) return chains[index];
    return this.#snapshot.config.defaultFilterChain === undefined ? undefined : chains.at(-1);
  }

  #build(snapshot: ListenerSnapshot): Generation {
    const { filterChains, defaultFilterChain, accessLog } = snapshot.config;
    const { accessLogs } = this.#worker;
    const chains =
      defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain];
    return {
      matcher: new FilterChainMatcher(filterChains.map(({ match }) => match)),
      chains: chains.map((config) => ({
        config,
        manager: createManager(
          this.#worker,
          snapshot,
          config.filters[0] as HttpConnectionManagerConfig,
          this.#drain,
        ),
      })),
      logs: instantiateAccessLogs(
        accessLog,
        accessLogs,
        accessLogFilterEnvironment(this.#worker),
        formatterEnvironment(this.#worker),
      ),
    };
  }
}
