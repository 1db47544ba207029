import type {
  CircuitBreakersConfig,
  CircuitBreakerThresholds,
  LoadBalancingConfig,
  Locality,
  UpstreamHttpConfig,
} from '#upstream/cluster-config.ts';

/** Envoy's defaults for a cluster; the objects are shared by all clusters that keep them. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
export const DEFAULT_BUFFER_LIMIT_BYTES: number = 1024 * 1024;
export const DEFAULT_OVERPROVISIONING_FACTOR = 140;
const DEFAULT_PANIC_THRESHOLD_PERCENT = 50;

export const DEFAULT_UPSTREAM_HTTP: UpstreamHttpConfig = Object.freeze({
  protocol: 'HTTP/1.1',
  http2: undefined,
  idleTimeoutMs: 3_600_000,
  maxConnectionDurationMs: 0,
  maxStreamDurationMs: 0,
  maxResponseHeadersCount: 100,
  maxResponseHeadersKb: 80,
  headerKeyFormat: Object.freeze({ kind: 'lower_case' }),
  enableTrailers: false,
  allowChunkedLength: false,
  sendFullyQualifiedUrl: false,
});

export const DEFAULT_THRESHOLDS: CircuitBreakerThresholds = Object.freeze({
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxRequests: 1024,
  maxRetries: 3,
  trackRemaining: false,
});

export const DEFAULT_CIRCUIT_BREAKERS: CircuitBreakersConfig = Object.freeze({
  default: DEFAULT_THRESHOLDS,
  high: DEFAULT_THRESHOLDS,
});

export const DEFAULT_LOAD_BALANCING: LoadBalancingConfig = Object.freeze({
  policy: Object.freeze({ kind: 'roundRobin' }),
  healthyPanicThresholdPercent: DEFAULT_PANIC_THRESHOLD_PERCENT,
  failTrafficOnPanic: false,
  isLocalityWeighted: false,
});

export const NO_LOCALITY: Locality = Object.freeze({ region: '', zone: '', subZone: '' });
export const DEFAULT_DNS_REFRESH_RATE_MS = 5_000;
