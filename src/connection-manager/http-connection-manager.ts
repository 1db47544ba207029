import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import {
  connectionManagerStats,
  listenerHttpStats,
} from '#connection-manager/connection-manager-stats.ts';
import type { DrainDecision } from '#connection-manager/drain-decision.ts';
import type { FilterFactory, FilterServices } from '#connection-manager/filter.ts';
import type { LocalReplyRules } from '#connection-manager/local-reply-rules.ts';
import type { ManagerRuntime } from '#connection-manager/manager-runtime.ts';
import { normalizesPath } from '#connection-manager/request-checks.ts';
import { normalizesHost } from '#connection-manager/request-host.ts';
import { DateHeader } from '#connection-manager/response-headers.ts';
import { StreamTimeoutsPool } from '#connection-manager/stream-timeouts-pool.ts';
import type { UpgradePolicy } from '#connection-manager/upgrade-policy.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { type Http1ServerOptions, http1ServerOptions } from '#http/h1/server-options.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import { http2ServerOptions } from '#http/h2/server-options.ts';
import type { RouteTable } from '#routing/route-table.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** Writes a line (or not) about a stream. */
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

/** What a connection manager is put together from. */
export interface HttpConnectionManagerParts {
  readonly config: HttpConnectionManagerConfig;
  readonly runtime: ManagerRuntime;
  readonly routes: RouteTable;
  readonly filters: readonly FilterFactory[];
  readonly upgrades: UpgradePolicy;
  /** Absent without `local_reply_config`. */
  readonly localReplyRules: LocalReplyRules | undefined;
  readonly logs: readonly StreamLog[];
  /** Fields are those of `connectionManagerStats`. */
  readonly stats: StatBlock;
  /** Fields are those of `listenerHttpStats`. */
  readonly listenerStats: StatBlock;
  readonly drain: DrainDecision;
  /** The listener's `per_connection_buffer_limit_bytes`. */
  readonly bufferLimitBytes: number;
}

/**
 * What an HTTP connection manager of one filter chain has for all its connections. What is optional
 * and costs time is a boolean here, computed once, so that requests do not look for it.
 */
export class HttpConnectionManager implements HttpConnectionManagerParts {
  readonly config: HttpConnectionManagerConfig;
  readonly http1Options: Http1ServerOptions;
  readonly http2Options: Http2Options;
  readonly streamTimeouts: StreamTimeoutsPool;
  readonly runtime: ManagerRuntime;
  readonly routes: RouteTable;
  readonly filters: readonly FilterFactory[];
  readonly upgrades: UpgradePolicy;
  readonly localReplyRules: LocalReplyRules | undefined;
  readonly logs: readonly StreamLog[];
  readonly stats: StatBlock;
  readonly listenerStats: StatBlock;
  readonly drain: DrainDecision;
  readonly bufferLimitBytes: number;
  readonly date = new DateHeader();
  readonly normalizesPath: boolean;
  readonly normalizesHost: boolean;
  readonly logsNewRequests: boolean;

  constructor(parts: HttpConnectionManagerParts) {
    const { config } = parts;
    this.config = config;
    this.http1Options = http1ServerOptions(config);
    this.http2Options = http2ServerOptions(config, parts.bufferLimitBytes);
    this.streamTimeouts = new StreamTimeoutsPool(parts.runtime.services.timers);
    this.runtime = parts.runtime;
    this.routes = parts.routes;
    this.filters = parts.filters;
    this.upgrades = parts.upgrades;
    this.localReplyRules = parts.localReplyRules;
    this.logs = parts.logs;
    this.stats = parts.stats;
    this.listenerStats = parts.listenerStats;
    this.drain = parts.drain;
    this.bufferLimitBytes = parts.bufferLimitBytes;
    this.normalizesPath = normalizesPath(config.path);
    this.normalizesHost = normalizesHost(config);
    this.logsNewRequests = config.accessLogOptions.flushOnNewRequest;
  }

  get services(): FilterServices {
    return this.runtime.services;
  }

  /** Counts an answer by the class of its status. */
  chargeResponse(status: number): void {
    this.stats.inc(field.downstream_rq_completed);
    this.listenerStats.inc(listenerField.downstream_rq_completed);
    const statusClass = Math.floor(status / 100);
    if (statusClass < 1 || statusClass > 5) return;
    this.stats.inc(CLASS_FIELDS[statusClass] as number);
    this.listenerStats.inc(LISTENER_CLASS_FIELDS[statusClass] as number);
  }
}
