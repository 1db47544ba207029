import {
  type MessageSupport,
  type SupportTable,
  supported,
} from '#config/support/message-support.ts';

const noPrefetch = { warned: 'connections are not opened before they are needed' };

const noTls = { warned: 'there is no TLS towards hosts' };

const noLocalCluster = {
  warned: 'zones count only with cluster_manager.local_cluster_name, which is refused',
};

const zoneAware: MessageSupport = {
  ...supported('fail_traffic_on_panic'),
  routing_enabled: noLocalCluster,
  min_cluster_size: noLocalCluster,
};

export const clusterSupport: SupportTable = {
  'envoy.config.cluster.v3.Cluster': {
    ...supported(
      'name',
      'alt_stat_name',
      'connect_timeout',
      'per_connection_buffer_limit_bytes',
      'load_assignment',
      'max_requests_per_connection',
      'circuit_breakers',
      'common_http_protocol_options',
      'upstream_http_protocol_options',
      'http_protocol_options',
      'http2_protocol_options',
      'protocol_selection',
      'typed_extension_protocol_options',
      'dns_refresh_rate',
      'dns_failure_refresh_rate',
      'dns_jitter',
      'respect_dns_ttl',
      'dns_lookup_family',
      'least_request_lb_config',
      'round_robin_lb_config',
      'common_lb_config',
      'transport_socket',
      'metadata',
      'upstream_bind_config',
      'upstream_connection_options',
      'close_connections_on_host_health_failure',
      'ignore_health_on_host_removal',
      'load_balancing_policy',
      'wait_for_warm_on_init',
    ),
    type: { values: ['STATIC', 'STRICT_DNS', 'LOGICAL_DNS'] },
    lb_policy: {
      values: ['ROUND_ROBIN', 'LEAST_REQUEST', 'RANDOM', 'LOAD_BALANCING_POLICY_CONFIG'],
    },
    cleanup_interval: { warned: 'there are no hosts to clean up' },
    preconnect_policy: noPrefetch,
    track_cluster_stats: { warned: 'these statistics are not kept' },
    track_timeout_budgets: { warned: 'this statistic is not kept' },
    stats_matcher: { warned: 'no statistic is left out' },
    lrs_report_endpoint_metrics: { warned: 'no load is reported' },
  },
  'envoy.config.cluster.v3.Cluster.RefreshRate': supported('base_interval', 'max_interval'),
  'envoy.config.cluster.v3.Cluster.LeastRequestLbConfig': supported(
    'choice_count',
    'active_request_bias',
  ),
  'envoy.config.cluster.v3.Cluster.RoundRobinLbConfig': {},
  'envoy.config.cluster.v3.Cluster.CommonLbConfig': {
    ...supported('healthy_panic_threshold', 'locality_weighted_lb_config', 'zone_aware_lb_config'),
    update_merge_window: { warned: 'updates are applied at once' },
    ignore_new_hosts_until_first_hc: { warned: 'there are no health checks' },
    consistent_hashing_lb_config: { warned: 'no load balancer hashes' },
    override_host_status: { warned: 'no request names its host' },
  },
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig': {},
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig': zoneAware,
  'envoy.config.core.v3.BindConfig': supported('source_address'),
  'envoy.config.cluster.v3.UpstreamConnectionOptions': supported('tcp_keepalive'),
  'envoy.config.cluster.v3.CircuitBreakers': supported('thresholds'),
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds': {
    ...supported(
      'priority',
      'max_connections',
      'max_pending_requests',
      'max_requests',
      'track_remaining',
    ),
    max_retries: { warned: 'there are no retries' },
    retry_budget: { warned: 'there are no retries' },
  },
  'envoy.config.cluster.v3.LoadBalancingPolicy': supported('policies'),
  'envoy.config.cluster.v3.LoadBalancingPolicy.Policy': supported('typed_extension_config'),
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin':
    supported('locality_lb_config'),
  'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest': supported(
    'choice_count',
    'active_request_bias',
    'locality_lb_config',
    'enable_full_scan',
    'selection_method',
  ),
  'envoy.extensions.load_balancing_policies.random.v3.Random': supported('locality_lb_config'),
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig': supported(
    'locality_weighted_lb_config',
    'zone_aware_lb_config',
  ),
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig': {
    ...zoneAware,
    force_locality_direct_routing: noLocalCluster,
  },
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig':
    {},
  'envoy.config.core.v3.UpstreamHttpProtocolOptions': {
    auto_sni: noTls,
    auto_san_validation: noTls,
    override_auto_sni_header: noTls,
  },
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': supported(
    'common_http_protocol_options',
    'upstream_http_protocol_options',
    'explicit_http_config',
    'use_downstream_protocol_config',
    'auto_config',
  ),
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig': supported(
    'http_protocol_options',
    'http2_protocol_options',
  ),
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig': supported(
    'http_protocol_options',
    'http2_protocol_options',
  ),
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig': supported(
    'http_protocol_options',
    'http2_protocol_options',
  ),
};
