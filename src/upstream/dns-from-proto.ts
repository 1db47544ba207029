import { durationMs } from '#config/duration.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type { Cluster, Cluster_RefreshRate } from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { BackOffConfig, DnsConfig } from '#upstream/cluster-config.ts';
import { DEFAULT_DNS_REFRESH_RATE_MS } from '#upstream/defaults.ts';

/** Without `max_interval`, the maximum is this many times the base. */
const DEFAULT_MAX_INTERVAL_FACTOR = 10;

export function parseDns(context: ParseContext, message: Cluster): DnsConfig {
  return {
    lookupFamily:
      enumName('envoy.config.cluster.v3.Cluster.DnsLookupFamily', message.dnsLookupFamily) ??
      'AUTO',
    refreshRateMs: durationMs(message.dnsRefreshRate) ?? DEFAULT_DNS_REFRESH_RATE_MS,
    jitterMs: durationMs(message.dnsJitter) ?? 0,
    respectTtl: message.respectDnsTtl,
    failureRefreshRate:
      message.dnsFailureRefreshRate &&
      parseBackOff(context.at('dns_failure_refresh_rate'), message.dnsFailureRefreshRate),
    waitForWarmOnInit: message.waitForWarmOnInit ?? true,
  };
}

function parseBackOff(context: ParseContext, message: Cluster_RefreshRate): BackOffConfig {
  const baseIntervalMs = durationMs(message.baseInterval) ?? DEFAULT_DNS_REFRESH_RATE_MS;
  const maxIntervalMs =
    durationMs(message.maxInterval) ?? baseIntervalMs * DEFAULT_MAX_INTERVAL_FACTOR;
  if (maxIntervalMs < baseIntervalMs) {
    context.error(
      'dns_failure_refresh_rate must have max_interval greater than or equal to the base_interval',
    );
  }
  return { baseIntervalMs, maxIntervalMs };
}
