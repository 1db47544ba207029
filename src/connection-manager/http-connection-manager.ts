import {
  connectionManagerStats,
  listenerHttpStats,
} from '#connection-manager/connection-manager-stats.ts';
import type { FilterFactory, FilterServices } from '#connection-manager/filter.ts';
import type { ManagerRuntime } from '#connection-manager/manager-runtime.ts';
import { DateHeader } from '#connection-manager/response-headers.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import type { HttpConnectionManagerConfig } from '#http/connection-manager-config.ts';
import { type Http1ServerOptions, http1ServerOptions } from '#http/h1/server-options.ts';
import type { RouteTable } from '#routing/route-table.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** Writes a line (or not) when a stream ends. */
export interface StreamLog {
  log(context: FormatterContext): void;
}

const { field } = connectionManagerStats;
const { field: listenerField } = listenerHttpStats;
const CLASS_FIELDS = [
  0,
  field.downstream_rq_1xx,
  field.downstream_rq_2xx,
  field.downstream_rq_3xx,
  field.downstream_rq_4xx,
  field.downstream_rq_5xx,
];
const LISTENER_CLASS_FIELDS = [
  0,
  listenerField.downstream_rq_1xx,
  listenerField.downstream_rq_2xx,
  listenerField.downstream_rq_3xx,
  listenerField.downstream_rq_4xx,
  listenerField.downstream_rq_5xx,
];

/** What an HTTP connection manager of one filter chain has for all its connections. */
export class HttpConnectionManager {
  readonly config: HttpConnectionManagerConfig;
  readonly codecOptions: Http1ServerOptions;
  readonly runtime: ManagerRuntime;
  readonly routes: RouteTable;
  readonly filters: readonly FilterFactory[];
  readonly logs: readonly StreamLog[];
  /** Fields are those of `connectionManagerStats`. */
  readonly stats: StatBlock;
  readonly #listenerStats: StatBlock;
  readonly date = new DateHeader();
  readonly bufferLimitBytes: number;

  constructor(parts: {
    readonly config: HttpConnectionManagerConfig;
    readonly runtime: ManagerRuntime;
    readonly routes: RouteTable;
    readonly filters: readonly FilterFactory[];
    readonly logs: readonly StreamLog[];
    readonly stats: StatBlock;
    readonly listenerStats: StatBlock;
    readonly bufferLimitBytes: number;
  }) {
    this.config = parts.config;
    this.codecOptions = http1ServerOptions(parts.config);
    this.runtime = parts.runtime;
    this.routes = parts.routes;
    this.filters = parts.filters;
    this.logs = parts.logs;
    this.stats = parts.stats;
    this.#listenerStats = parts.listenerStats;
    this.bufferLimitBytes = parts.bufferLimitBytes;
  }

  get services(): FilterServices {
    return this.runtime.services;
  }

  /** Counts an answer by the class of its status. */
  chargeResponse(status: number): void {
    this.stats.inc(field.downstream_rq_completed);
    this.#listenerStats.inc(listenerField.downstream_rq_completed);
    const statusClass = Math.floor(status / 100);
    if (statusClass < 1 || statusClass > 5) return;
    this.stats.inc(CLASS_FIELDS[statusClass] as number);
    this.#listenerStats.inc(LISTENER_CLASS_FIELDS[statusClass] as number);
  }
}
