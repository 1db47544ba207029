import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { SeededRandom } from '#base/random.ts';
import { defaultRuntime } from '#base/runtime-snapshot.ts';
import {
  connectionManagerStats,
  listenerHttpStats,
} from '#connection-manager/connection-manager-stats.ts';
import { DownstreamConnection } from '#connection-manager/downstream-connection.ts';
import { DrainDecision } from '#connection-manager/drain-decision.ts';
import type { FilterFactory, FilterServices } from '#connection-manager/filter.ts';
import { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { LocalReplyRules } from '#connection-manager/local-reply-rules.ts';
import { UpgradePolicy } from '#connection-manager/upgrade-policy.ts';
import type { AccessLogType, FormatterContext } from '#formatter/formatter-context.ts';
import { processEnvironment } from '#formatter/process-environment.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { acquireResponseHeaders } from '#http/header-pool.ts';
import type { Address } from '#network/address.ts';
import type { Route } from '#routing/route.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { WorkerStats } from '#stats/worker-stats.ts';
import { formatResponseFlags } from '#stream-info/response-flags.ts';
import type { DownstreamInfo } from '#stream-info/stream-info.ts';
import { ClusterManager } from '#upstream/cluster-manager.ts';
import { ResourceMemory } from '#upstream/resource-memory.ts';
import { ScriptedTransport } from '../network/scripted-transport.ts';
import { parseManager } from '../tools/connection-manager-tools.ts';
import { tableOfRoutes } from '../tools/route-tools.ts';
import { TestTime } from '../tools/test-time.ts';
import { type FilterScript, type ScriptedFilter, scripted } from './scripted-filter.ts';

const CLIENT: Address = { kind: 'ip', host: '192.0.2.9', port: 40_000 };
const LISTENER: Address = { kind: 'ip', host: '192.0.2.1', port: 80 };

/** What a log line would say. */
export interface LoggedStream {
  readonly type: AccessLogType;
  readonly status: number;
  readonly details: string;
  readonly flags: string;
  readonly sent: number;
  readonly received: number;
}

export interface HarnessOptions {
  /** Fields of the connection manager, as Envoy's JSON. */
  readonly manager?: JsonObject;
  readonly routes?: JsonValue[];
  /** The filters before the terminal one, in the order of requests. */
  readonly filters?: Readonly<Record<string, FilterScript>>;
  /** What the terminal filter does; it answers nothing by itself. */
  readonly terminal?: FilterScript;
  readonly bufferLimitBytes?: number;
  readonly remoteAddress?: Address;
  /** Whole numbers of the runtime, by key. */
  readonly runtime?: Readonly<Record<string, number>>;
}

const ANY_ROUTE = { match: { prefix: '/' }, route: { cluster: 'backend' } };

/** A connection manager without a network: scripted filters above, a scripted transport below. */
export class ManagerHarness {
  readonly time = new TestTime();
  readonly store = new StatsStore();
  readonly seen: string[] = [];
  readonly logged: LoggedStream[] = [];
  readonly drain: DrainDecision;
  readonly manager: HttpConnectionManager;
  /** The terminal filters of all streams so far, by the path of their request. */
  readonly terminals = new Map<string, ScriptedFilter>();
  /** The terminal filter of the latest stream. */
  terminal: ScriptedFilter | undefined = undefined;
  readonly #info: DownstreamInfo;

  constructor(options: HarnessOptions = {}) {
    const { config, errors } = parseManager(options.manager ?? {});
    if (config === undefined) throw new Error(JSON.stringify(errors));
    const stats = new WorkerStats((announcement) => this.store.acceptAnnouncement(0, announcement));
    const addresses = {
      manager: this.store.allocate(connectionManagerStats, 'http.in.'),
      listener: this.store.allocate(listenerHttpStats, 'listener.l.http.in.'),
    };
    stats.addSegments(this.store.registerWorker(0).segments);
    const services = this.#services(stats);
    this.drain = new DrainDecision(this.time.clock, services.random);
    const filters = this.#filters(options);
    this.manager = new HttpConnectionManager({
      config,
      runtime: {
        services,
        serviceCluster: 'cluster',
        serviceNode: 'node',
        localIp: '192.0.2.1',
        internalOnlyHeaders: ['x-internal-only'],
        http1Counter: (name) => stats.counter(`http1.${name}`),
        http2Stats: () => stats.ownBlock(http2Stats, 'http2.'),
        values: () => ({
          ...defaultRuntime,
          getInteger: (key, fallback) => options.runtime?.[key] ?? fallback,
        }),
      },
      routes: tableOfRoutes(options.routes ?? [ANY_ROUTE]),
      filters,
      upgrades: new UpgradePolicy(
        new Map(
          config.upgrades.map(({ type, isEnabled }) => [type, { isEnabled, filters: undefined }]),
        ),
        filters,
      ),
      localReplyRules:
        config.localReply &&
        new LocalReplyRules(
          config.localReply,
          { runtime: () => defaultRuntime, random: () => 0, nowMs: () => this.time.nowMs },
          processEnvironment,
        ),
      logs: [{ log: (context) => this.logged.push(logged(context)) }],
      stats: stats.block(connectionManagerStats, addresses.manager, 'http.in.'),
      listenerStats: stats.block(listenerHttpStats, addresses.listener, 'listener.l.http.in.'),
      drain: this.drain,
      bufferLimitBytes: options.bufferLimitBytes ?? 100,
    });
    const remote = options.remoteAddress ?? CLIENT;
    this.#info = {
      connectionId: 1,
      localAddress: LISTENER,
      remoteAddress: remote,
      directRemoteAddress: remote,
      directLocalAddress: LISTENER,
      requestedServerName: undefined,
      tls: undefined,
    };
  }

  #services(stats: WorkerStats): FilterServices {
    const random = new SeededRandom(1);
    const clusters = new ClusterManager({
      stats,
      random,
      resources: new ResourceMemory(0),
      onHostRemoved: () => {},
    });
    return { clock: this.time.clock, timers: this.time.wheel, random, clusters };
  }

  #filters({ filters = {}, terminal = {} }: HarnessOptions): FilterFactory[] {
    const last: FilterScript = {
      decodeData: () => 'stopIterationNoBuffer',
      decodeTrailers: () => 'stopIteration',
      ...terminal,
      decodeHeaders: (self, endStream) => {
        this.terminal = self;
        this.terminals.set(self.stream.requestHeaders?.path ?? '', self);
        return terminal.decodeHeaders?.(self, endStream) ?? 'stopIteration';
      },
    };
    return Object.entries({ ...filters, last }).map(([name, script]) =>
      scripted(name, script, this.seen),
    );
  }

  /** A client connects. */
  connect(): HarnessClient {
    return new HarnessClient(this, this.#info);
  }

  /** The terminal filter answers the latest stream, or that of a path. */
  respond(
    status: number,
    body = '',
    fields: readonly (readonly [name: string, value: string])[] = [],
    path?: string,
  ): void {
    const terminal = path === undefined ? this.terminal : this.terminals.get(path);
    const { stream } = terminal as ScriptedFilter;
    const headers = acquireResponseHeaders();
    headers.status = status;
    for (const [name, value] of fields) headers.append(name, value);
    stream.encodeHeaders(headers, body === '', 'via_upstream');
    if (body !== '') stream.encodeData(Buffer.from(body, 'latin1'), true);
    this.time.settle();
  }

  get route(): Route | undefined {
    return this.terminal?.stream.route;
  }

  /** What filters saw since the last time. */
  takeSeen(): string[] {
    return this.seen.splice(0);
  }

  takeLogged(): LoggedStream[] {
    return this.logged.splice(0);
  }

  /** A counter or gauge under `http.in.`. */
  stat(name: string): number {
    const { counters, gauges } = this.store.snapshot();
    return counters.get(`http.in.${name}`) ?? gauges.get(`http.in.${name}`) ?? 0;
  }

  /** Every gauge that is not 0. */
  get gaugesInUse(): string[] {
    return [...this.store.snapshot().gauges]
      .filter(([, value]) => value !== 0)
      .map(([name, value]) => `${name}: ${value}`);
  }
}

function logged({ accessLogType, streamInfo }: FormatterContext): LoggedStream {
  return {
    type: accessLogType,
    status: streamInfo.responseCode,
    details: streamInfo.responseCodeDetails,
    flags: formatResponseFlags(streamInfo.responseFlags),
    sent: streamInfo.bytesSent,
    received: streamInfo.bytesReceived,
  };
}

/** One client of a harness. */
export class HarnessClient {
  readonly transport = new ScriptedTransport();
  readonly connection: DownstreamConnection;
  isClosed = false;
  readonly #harness: ManagerHarness;

  constructor(harness: ManagerHarness, info: DownstreamInfo) {
    this.#harness = harness;
    this.connection = new DownstreamConnection(
      this.transport,
      harness.time.turn,
      harness.manager,
      info,
      () => {
        this.isClosed = true;
      },
    );
  }

  /** Sends bytes; returns what the proxy sent in that turn. */
  send(text: string): string {
    this.transport.feed(text);
    this.#harness.time.settle();
    return this.received();
  }

  /** Sends a request head without a body. */
  get(path = '/', ...fields: readonly string[]): string {
    return this.send(requestHead('GET', path, fields));
  }

  /** What the proxy sent since the last time; the end of the connection is told as well. */
  received(): string {
    this.#harness.time.settle();
    return this.transport.takeSent();
  }

  /** The client closes, or the network does what was begun. */
  close(systemError?: string): void {
    this.transport.close(systemError);
    this.#harness.time.settle();
  }
}

export function requestHead(method: string, path: string, fields: readonly string[] = []): string {
  const lines = fields.map((field) => `${field}\r\n`).join('');
  return `${method} ${path} HTTP/1.1\r\nhost: example.test\r\n${lines}\r\n`;
}

/** The status line and the fields of a response, but for those that are always the same. */
export function headOf(response: string): string[] {
  const head = response.split('\r\n\r\n')[0] ?? '';
  return head.split('\r\n').filter((line) => !/^(date|server): /.test(line));
}
