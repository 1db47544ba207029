import type { AccessLogPredicate } from '#access-log/access-log-predicate.ts';
import type { AccessLogFilterConfig, ComparisonConfig } from '#access-log/filter-config.ts';
import { buildMetadataFilter } from '#access-log/metadata-filter.ts';
import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import { grpcStatusOf } from '#http/grpc-status.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import { buildHeaderMatcher } from '#routing/header-matcher.ts';
import { NEVER } from '#stream-info/stream-info.ts';

/** What filters ask besides the stream. */
export interface AccessLogFilterEnvironment {
  /** The values that hold now. */
  readonly runtime: () => RuntimeSnapshot;
  /** A whole number from 0 to 2^32 - 1. */
  readonly random: () => number;
  /** The worker's monotonic clock, that of `StreamInfo`. */
  readonly nowMs: () => number;
}

const NO_HEADERS = new RequestHeaders();
const GRPC_UNKNOWN = 2;

/** Builds the test that a filter stands for, to be asked once for each line. */
export function buildAccessLogFilter(
  config: AccessLogFilterConfig,
  environment: AccessLogFilterEnvironment,
): AccessLogPredicate {
  switch (config.kind) {
    case 'status_code': {
      const compare = comparison(config.comparison, environment);
      return ({ streamInfo }) => compare(streamInfo.responseCode);
    }
    case 'duration': {
      const compare = comparison(config.comparison, environment);
      return ({ streamInfo: { startTimeMs, endMs } }) =>
        compare(Math.floor((endMs === NEVER ? environment.nowMs() : endMs) - startTimeMs));
    }
    case 'not_health_check':
      // No filter marks requests as health checks yet.
      return () => true;
    case 'traceable':
      // Nothing is traced yet.
      return () => false;
    case 'runtime':
      return sampled(config, environment);
    case 'and': {
      const filters = config.filters.map((filter) => buildAccessLogFilter(filter, environment));
      return (context) => filters.every((filter) => filter(context));
    }
    case 'or': {
      const filters = config.filters.map((filter) => buildAccessLogFilter(filter, environment));
      return (context) => filters.some((filter) => filter(context));
    }
    case 'header': {
      const matches = buildHeaderMatcher(config.header);
      return ({ requestHeaders }) => matches(requestHeaders ?? NO_HEADERS);
    }
    case 'response_flag': {
      const { flags } = config;
      return flags === 0
        ? ({ streamInfo }) => streamInfo.responseFlags !== 0
        : ({ streamInfo }) => streamInfo.hasResponseFlag(flags);
    }
    case 'grpc_status':
      return grpcStatus(new Set(config.statuses), config.exclude);
    case 'log_type': {
      const types = new Set(config.types);
      return ({ accessLogType }) => types.has(accessLogType) !== config.exclude;
    }
    case 'metadata':
      return buildMetadataFilter(config);
  }
}

function comparison(
  { op, value, runtimeKey }: ComparisonConfig,
  environment: AccessLogFilterEnvironment,
): (actual: number) => boolean {
  const wanted =
    runtimeKey === '' ? () => value : () => environment.runtime().getInteger(runtimeKey, value);
  switch (op) {
    case 'EQ':
      return (actual) => actual === wanted();
    case 'GE':
      return (actual) => actual >= wanted();
    case 'LE':
      return (actual) => actual <= wanted();
    case 'NE':
      return (actual) => actual !== wanted();
  }
}

/** By the request id, so that every proxy on the way decides alike; without one by chance. */
function sampled(
  config: Extract<AccessLogFilterConfig, { kind: 'runtime' }>,
  { runtime, random }: AccessLogFilterEnvironment,
): AccessLogPredicate {
  const { runtimeKey, percentSampled, useIndependentRandomness } = config;
  return ({ streamInfo }) => {
    const fromId = useIndependentRandomness ? undefined : leadingHex(streamInfo.requestId);
    return runtime().featureEnabled(runtimeKey, percentSampled, fromId ?? random());
  };
}

const LEADING_HEX = /^[0-9a-fA-F]{8}/;

/** The number that the first eight digits of a request id stand for. */
function leadingHex(requestId: string): number | undefined {
  const digits = LEADING_HEX.exec(requestId)?.[0];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** Requests that have no status at all count as UNKNOWN. */
function grpcStatus(statuses: ReadonlySet<number>, exclude: boolean): AccessLogPredicate {
  return ({ responseHeaders, responseTrailers, streamInfo }) => {
    const status = grpcStatusOf(responseHeaders, responseTrailers, streamInfo.responseCode);
    return statuses.has(status ?? GRPC_UNKNOWN) !== exclude;
  };
}
