import { type SupportTable, supported } from '#config/support/message-support.ts';

export const endpointSupport: SupportTable = {
  'envoy.config.endpoint.v3.ClusterLoadAssignment': {
    ...supported('endpoints', 'policy'),
    cluster_name: 'opaque',
  },
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy': {
    ...supported('overprovisioning_factor', 'weighted_priority_health'),
    endpoint_stale_after: { warned: 'the assignment is not from a control plane' },
  },
  'envoy.config.endpoint.v3.LocalityLbEndpoints': {
    ...supported(
      'locality',
      'lb_endpoints',
      'load_balancer_endpoints',
      'load_balancing_weight',
      'priority',
    ),
    metadata: 'opaque',
    proximity: { warned: 'has no effect in Envoy either' },
  },
  'envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList': supported('lb_endpoints'),
  'envoy.config.endpoint.v3.LbEndpoint': supported(
    'endpoint',
    'health_status',
    'metadata',
    'load_balancing_weight',
  ),
  'envoy.config.endpoint.v3.Endpoint': {
    ...supported('address', 'hostname'),
    observability_name: { warned: 'statistics have the address of a host' },
    health_check_config: { warned: 'there are no health checks' },
  },
};
