import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { typeNameOf, unpackAnyAs } from '#config/unpack-any.ts';
import type {
  Cluster,
  Cluster_CommonLbConfig,
  Cluster_LeastRequestLbConfig,
  LoadBalancingPolicy as LoadBalancingPolicyMessage,
} from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { LocalityLbConfig } from '#gen/envoy/extensions/load_balancing_policies/common/v3/common_pb.d.ts';
import type { LeastRequest } from '#gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.d.ts';
import type { LoadBalancingConfig, LoadBalancingPolicy } from '#upstream/cluster-config.ts';
import { DEFAULT_LOAD_BALANCING } from '#upstream/defaults.ts';
import { shared } from '#upstream/shared-config.ts';

const POLICIES = 'envoy.extensions.load_balancing_policies';
const ROUND_ROBIN = `${POLICIES}.round_robin.v3.RoundRobin`;
const LEAST_REQUEST = `${POLICIES}.least_request.v3.LeastRequest`;
const RANDOM = `${POLICIES}.random.v3.Random`;
const TYPED_POLICIES: readonly string[] = [ROUND_ROBIN, LEAST_REQUEST, RANDOM];

/** Where a policy gets its localities' treatment from: `common_lb_config`, or its own message. */
type LocalitySpecifier =
  | Cluster_CommonLbConfig['localityConfigSpecifier']
  | LocalityLbConfig['localityConfigSpecifier'];

interface LocalityTreatment {
  readonly isLocalityWeighted: boolean;
  readonly failTrafficOnPanic: boolean;
}

const PLAIN_LOCALITIES: LocalityTreatment = {
  isLocalityWeighted: false,
  failTrafficOnPanic: false,
};

/** `lb_policy` with its `lb_config`, or `load_balancing_policy`, and `common_lb_config`. */
export function parseLoadBalancing(context: ParseContext, message: Cluster): LoadBalancingConfig {
  const common = message.commonLbConfig;
  const healthyPanicThresholdPercent = Math.round(
    common?.healthyPanicThreshold?.value ?? DEFAULT_LOAD_BALANCING.healthyPanicThresholdPercent,
  );
  const parsed = usesTypedPolicy(message)
    ? parseTypedPolicies(context, message)
    : {
        policy: parseLegacyPolicy(context, message),
        localities: parseLocalities(common?.localityConfigSpecifier),
      };
  return shared<LoadBalancingConfig>({
    policy: parsed.policy,
    healthyPanicThresholdPercent,
    failTrafficOnPanic: parsed.localities.failTrafficOnPanic,
    isLocalityWeighted: parsed.localities.isLocalityWeighted,
  });
}

/** The typed field decides as soon as it is there, whatever `lb_policy` says. */
function usesTypedPolicy(message: Cluster): boolean {
  const name = enumName('envoy.config.cluster.v3.Cluster.LbPolicy', message.lbPolicy);
  return message.loadBalancingPolicy !== undefined || name === 'LOAD_BALANCING_POLICY_CONFIG';
}

function parseLegacyPolicy(context: ParseContext, message: Cluster): LoadBalancingPolicy {
  const name = enumName('envoy.config.cluster.v3.Cluster.LbPolicy', message.lbPolicy);
  const { lbConfig } = message;
  const used = name === 'LEAST_REQUEST' ? 'leastRequestLbConfig' : 'roundRobinLbConfig';
  if (lbConfig.case !== undefined && lbConfig.case !== used) {
    context.at(fieldNameOf(lbConfig.case)).warn('has no effect with this lb_policy', {
      value: name ?? '',
    });
  }
  switch (name) {
    case 'LEAST_REQUEST':
      return parseLeastRequest(
        context.at('least_request_lb_config'),
        lbConfig.case === 'leastRequestLbConfig' ? lbConfig.value : undefined,
      );
    case 'RANDOM':
      return { kind: 'random' };
    default:
      return DEFAULT_LOAD_BALANCING.policy;
  }
}

function fieldNameOf(localName: string): string {
  return localName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function parseLeastRequest(
  context: ParseContext,
  message: Cluster_LeastRequestLbConfig | LeastRequest | undefined,
): LoadBalancingPolicy {
  let activeRequestBias = message?.activeRequestBias?.defaultValue ?? 1;
  if (!(activeRequestBias >= 0)) {
    context.at('active_request_bias').warn('invalid active request bias supplied, using 1.0', {
      value: String(activeRequestBias),
    });
    activeRequestBias = 1;
  }
  return {
    kind: 'leastRequest',
    choiceCount: message?.choiceCount ?? 2,
    activeRequestBias,
    isFullScan: usesFullScan(message),
  };
}

/** `enable_full_scan` is the older way to say so. */
function usesFullScan(message: Cluster_LeastRequestLbConfig | LeastRequest | undefined): boolean {
  if (message?.$typeName !== LEAST_REQUEST) return false;
  const method = enumName(`${LEAST_REQUEST}.SelectionMethod`, message.selectionMethod);
  return method === 'FULL_SCAN' || message.enableFullScan === true;
}

interface TypedPolicy {
  readonly policy: LoadBalancingPolicy;
  readonly localities: LocalityTreatment;
}

function parseTypedPolicies(context: ParseContext, message: Cluster): TypedPolicy {
  const nothing = { policy: DEFAULT_LOAD_BALANCING.policy, localities: PLAIN_LOCALITIES };
  const specifier = message.commonLbConfig?.localityConfigSpecifier.case;
  if (specifier !== undefined || message.commonLbConfig?.consistentHashingLbConfig !== undefined) {
    context
      .at('common_lb_config')
      .error(
        'load_balancing_policy cannot be combined with partial fields (zone_aware_lb_config, ' +
          'locality_weighted_lb_config, consistent_hashing_lb_config) of common_lb_config',
      );
  }
  if (message.loadBalancingPolicy === undefined) {
    context.at('load_balancing_policy').error('field load_balancing_policy need to be set');
    return nothing;
  }
  return (
    parseFirstKnownPolicy(context.at('load_balancing_policy'), message.loadBalancingPolicy) ??
    nothing
  );
}

/** Envoy takes the first policy of the list that it has; so does Proa. */
function parseFirstKnownPolicy(
  context: ParseContext,
  message: LoadBalancingPolicyMessage,
): TypedPolicy | undefined {
  const names: string[] = [];
  for (const [index, { typedExtensionConfig }] of message.policies.entries()) {
    const any = typedExtensionConfig?.typedConfig;
    if (typedExtensionConfig !== undefined) names.push(typedExtensionConfig.name);
    if (any === undefined || !TYPED_POLICIES.includes(typeNameOf(any.typeUrl))) continue;
    const at = context.at('policies').at(index).at('typed_extension_config').at('typed_config');
    const policy = unpackAnyAs(at, any, [ROUND_ROBIN, LEAST_REQUEST, RANDOM]);
    if (policy === undefined) return undefined;
    const localities = parseLocalities(policy.localityLbConfig?.localityConfigSpecifier);
    if (policy.$typeName === ROUND_ROBIN) {
      return { policy: DEFAULT_LOAD_BALANCING.policy, localities };
    }
    if (policy.$typeName === RANDOM) return { policy: { kind: 'random' }, localities };
    return { policy: parseLeastRequest(at, policy), localities };
  }
  context.error("didn't find a registered load balancer factory implementation", {
    value: `[${names.join(', ')}]`,
  });
  return undefined;
}

function parseLocalities(specifier: LocalitySpecifier | undefined): LocalityTreatment {
  switch (specifier?.case) {
    case 'localityWeightedLbConfig':
      return { isLocalityWeighted: true, failTrafficOnPanic: false };
    case 'zoneAwareLbConfig': {
      /* Zone-aware routing itself needs a local cluster. */
      const { failTrafficOnPanic } = specifier.value;
      return { isLocalityWeighted: false, failTrafficOnPanic };
    }
    default:
      return PLAIN_LOCALITIES;
  }
}
