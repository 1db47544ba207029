import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type {
  CircuitBreakers,
  CircuitBreakers_Thresholds,
} from '#gen/envoy/config/cluster/v3/circuit_breaker_pb.d.ts';
import type { CircuitBreakersConfig, CircuitBreakerThresholds } from '#upstream/cluster-config.ts';
import { DEFAULT_CIRCUIT_BREAKERS, DEFAULT_THRESHOLDS } from '#upstream/defaults.ts';
import { shared } from '#upstream/shared-config.ts';

/** As in Envoy, the first thresholds of a priority count; further ones are pointed out. */
export function parseCircuitBreakers(
  context: ParseContext,
  message: CircuitBreakers | undefined,
): CircuitBreakersConfig {
  if (message === undefined || message.thresholds.length === 0) return DEFAULT_CIRCUIT_BREAKERS;
  const found: { default?: CircuitBreakerThresholds; high?: CircuitBreakerThresholds } = {};
  for (const [index, thresholds] of message.thresholds.entries()) {
    const name = enumName('envoy.config.core.v3.RoutingPriority', thresholds.priority);
    const priority = name === 'HIGH' ? 'high' : 'default';
    if (found[priority] === undefined) {
      found[priority] = parseThresholds(thresholds);
    } else {
      const at = context.at('thresholds').at(index);
      at.warn('has no effect: there are thresholds for this priority before', {
        value: name ?? '',
      });
    }
  }
  return shared<CircuitBreakersConfig>({
    default: found.default ?? DEFAULT_THRESHOLDS,
    high: found.high ?? DEFAULT_THRESHOLDS,
  });
}

function parseThresholds(message: CircuitBreakers_Thresholds): CircuitBreakerThresholds {
  return {
    maxConnections: message.maxConnections ?? DEFAULT_THRESHOLDS.maxConnections,
    maxPendingRequests: message.maxPendingRequests ?? DEFAULT_THRESHOLDS.maxPendingRequests,
    maxRequests: message.maxRequests ?? DEFAULT_THRESHOLDS.maxRequests,
    maxRetries: message.maxRetries ?? DEFAULT_THRESHOLDS.maxRetries,
    trackRemaining: message.trackRemaining,
  };
}
