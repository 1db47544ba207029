import t from 'tap';
import {
  DEFAULT_CIRCUIT_BREAKERS,
  DEFAULT_LOAD_BALANCING,
  DEFAULT_UPSTREAM_HTTP,
} from '#upstream/defaults.ts';
import { HealthFlag } from '#upstream/health-flags.ts';
import { assignment, endpoint, type Json, readCluster, readClusters } from './harness.ts';

function reasonsOf(cluster: Json): string[] {
  return readClusters([{ name: 'c', ...cluster }]).errors.map(
    ({ path, reason }) => `${path.replace('static_resources.clusters[0].', '')}: ${reason}`,
  );
}

function warningsOf(cluster: Json): string[] {
  const { errors, warnings } = readClusters([{ name: 'c', ...cluster }]);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return warnings.map(({ path }) => path.replace('static_resources.clusters[0].', ''));
}

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const EXTENSIONS = 'type.googleapis.com/envoy.extensions';

function httpOptions(options: Json): Json {
  const typed = { '@type': `type.googleapis.com/${HTTP_OPTIONS}`, ...options };
  return { typed_extension_protocol_options: { [HTTP_OPTIONS]: typed } };
}

function typedPolicy(type: string, fields: Json = {}): Json {
  const typedConfig = { '@type': `${EXTENSIONS}.load_balancing_policies.${type}`, ...fields };
  return { typed_extension_config: { name: type, typed_config: typedConfig } };
}

t.test("a cluster of nothing but a name has Envoy's defaults", async (t) => {
  const { config, discovery } = readCluster({});
  t.match(config, {
    name: 'c',
    observabilityName: 'c',
    connectTimeoutMs: 5_000,
    perConnectionBufferLimitBytes: 1_048_576,
    maxRequestsPerConnection: 0,
    tcpKeepalive: undefined,
    sourceAddress: undefined,
    ignoreHealthOnHostRemoval: false,
    closeConnectionsOnHostHealthFailure: false,
  });
  t.match(config.http, { idleTimeoutMs: 3_600_000, maxResponseHeadersCount: 100 });
  t.match(config.circuitBreakers.default, {
    maxConnections: 1024,
    maxPendingRequests: 1024,
    maxRequests: 1024,
    maxRetries: 3,
  });
  t.match(config.loadBalancing, {
    policy: { kind: 'roundRobin' },
    healthyPanicThresholdPercent: 50,
  });
  t.match(discovery, { kind: 'static', assignment: { localities: [] } });
});

t.test('clusters share the parts that they leave at their defaults', async (t) => {
  const { config } = readCluster({
    common_lb_config: {},
    circuit_breakers: {},
    ...httpOptions({ explicit_http_config: { http_protocol_options: {} } }),
  });
  t.equal(config.http, DEFAULT_UPSTREAM_HTTP);
  t.equal(config.circuitBreakers, DEFAULT_CIRCUIT_BREAKERS);
  t.equal(config.loadBalancing, DEFAULT_LOAD_BALANCING);
});

t.test('settings of connections are read', async (t) => {
  const { config } = readCluster({
    alt_stat_name: 'alt:name',
    connect_timeout: '0.25s',
    per_connection_buffer_limit_bytes: 32_768,
    upstream_connection_options: { tcp_keepalive: { keepalive_time: 7, keepalive_probes: 2 } },
    upstream_bind_config: { source_address: { address: '127.0.0.1', port_value: 0 } },
    ignore_health_on_host_removal: true,
    close_connections_on_host_health_failure: true,
    metadata: { filter_metadata: { istio: { config: 'x' } } },
  });
  t.match(config, {
    observabilityName: 'alt:name',
    connectTimeoutMs: 250,
    perConnectionBufferLimitBytes: 32_768,
    tcpKeepalive: { idleSeconds: 7, probes: 2, intervalSeconds: undefined },
    sourceAddress: { kind: 'ip', host: '127.0.0.1', port: 0 },
    ignoreHealthOnHostRemoval: true,
    closeConnectionsOnHostHealthFailure: true,
    metadata: { istio: { config: 'x' } },
  });
});

t.test(
  'HTTP settings are read from the typed options and from the older fields alike',
  async (t) => {
    const common = {
      idle_timeout: '5s',
      max_connection_duration: '6s',
      max_stream_duration: '7s',
      max_headers_count: 20,
      max_requests_per_connection: 3,
    };
    const http1 = { header_key_format: { proper_case_words: {} }, enable_trailers: true };
    const typed = readCluster(
      httpOptions({
        common_http_protocol_options: common,
        explicit_http_config: { http_protocol_options: http1 },
      }),
    );
    const older = readCluster({
      common_http_protocol_options: common,
      http_protocol_options: http1,
    });
    for (const { config } of [typed, older]) {
      t.equal(config.maxRequestsPerConnection, 3);
      t.match(config.http, {
        idleTimeoutMs: 5_000,
        maxConnectionDurationMs: 6_000,
        maxStreamDurationMs: 7_000,
        maxResponseHeadersCount: 20,
        headerKeyFormat: { kind: 'proper_case_words' },
        enableTrailers: true,
        sendFullyQualifiedUrl: false,
      });
    }
  },
);

t.test(
  'the older HTTP fields have no effect beside typed options, and a warning says so',
  async (t) => {
    const cluster = {
      common_http_protocol_options: { idle_timeout: '5s' },
      http_protocol_options: { enable_trailers: true },
      ...httpOptions({ explicit_http_config: { http_protocol_options: {} } }),
    };
    t.equal(readCluster(cluster).config.http.idleTimeoutMs, 3_600_000);
    const warnings = warningsOf(cluster);
    t.ok(warnings.includes('common_http_protocol_options'));
    t.ok(warnings.includes('http_protocol_options'));
  },
);

t.test('the limit of requests per connection is taken from one place only', async (t) => {
  t.equal(readCluster({ max_requests_per_connection: 4 }).config.maxRequestsPerConnection, 4);
  const reasons = reasonsOf({
    max_requests_per_connection: 4,
    ...httpOptions({
      common_http_protocol_options: { max_requests_per_connection: 5 },
      explicit_http_config: { http_protocol_options: {} },
    }),
  });
  t.match(reasons, [/Only one of max_requests_per_connection from Cluster or HttpProtocolOptions/]);
});

t.test('circuit breakers are read by priority, the first of each counting', async (t) => {
  const { config } = readCluster({
    circuit_breakers: {
      thresholds: [
        { max_connections: 1, max_pending_requests: 2, max_requests: 3, track_remaining: true },
        { priority: 'HIGH', max_requests: 4_294_967_295 },
        { max_connections: 9 },
      ],
    },
  });
  t.match(config.circuitBreakers.default, {
    maxConnections: 1,
    maxPendingRequests: 2,
    maxRequests: 3,
    maxRetries: 3,
    trackRemaining: true,
  });
  t.match(config.circuitBreakers.high, { maxConnections: 1024, maxRequests: 4_294_967_295 });
});

t.test('load-balancing policies are read from both of their places', async (t) => {
  const policyOf = (cluster: Json): unknown => readCluster(cluster).config.loadBalancing.policy;
  const leastRequest = {
    kind: 'leastRequest',
    choiceCount: 3,
    activeRequestBias: 0.5,
    isFullScan: false,
  };
  const bias = { default_value: 0.5, runtime_key: 'bias' };
  t.same(policyOf({ lb_policy: 'RANDOM' }), { kind: 'random' });
  t.same(policyOf({ lb_policy: 'LEAST_REQUEST' }), {
    ...leastRequest,
    choiceCount: 2,
    activeRequestBias: 1,
  });
  t.same(
    policyOf({
      lb_policy: 'LEAST_REQUEST',
      least_request_lb_config: { choice_count: 3, active_request_bias: bias },
    }),
    leastRequest,
  );
  const typed = (policy: Json): Json => ({
    lb_policy: 'LOAD_BALANCING_POLICY_CONFIG',
    load_balancing_policy: { policies: [policy] },
  });
  const fields = { choice_count: 3, active_request_bias: bias };
  t.same(policyOf(typed(typedPolicy('least_request.v3.LeastRequest', fields))), leastRequest);
  t.same(
    policyOf(
      typed(typedPolicy('least_request.v3.LeastRequest', { selection_method: 'FULL_SCAN' })),
    ),
    { kind: 'leastRequest', choiceCount: 2, activeRequestBias: 1, isFullScan: true },
  );
  t.same(policyOf(typed(typedPolicy('random.v3.Random'))), { kind: 'random' });
  t.same(policyOf(typed(typedPolicy('round_robin.v3.RoundRobin'))), { kind: 'roundRobin' });
});

t.test('a typed policy decides whatever lb_policy says', async (t) => {
  const { config } = readCluster({
    lb_policy: 'RANDOM',
    load_balancing_policy: { policies: [typedPolicy('round_robin.v3.RoundRobin')] },
  });
  t.equal(config.loadBalancing.policy.kind, 'roundRobin');
});

t.test('localities are treated as common_lb_config or the typed policy says', async (t) => {
  const weighted = { locality_weighted_lb_config: {} };
  const zoneAware = { zone_aware_lb_config: { fail_traffic_on_panic: true } };
  const load = (cluster: Json): Json => ({ ...readCluster(cluster).config.loadBalancing });
  t.match(load({ common_lb_config: weighted }), { isLocalityWeighted: true });
  t.match(load({ common_lb_config: zoneAware }), {
    isLocalityWeighted: false,
    failTrafficOnPanic: true,
  });
  const policy = typedPolicy('round_robin.v3.RoundRobin', { locality_lb_config: weighted });
  t.match(load({ load_balancing_policy: { policies: [policy] } }), { isLocalityWeighted: true });
  t.match(load({ common_lb_config: { healthy_panic_threshold: { value: 0 } } }), {
    healthyPanicThresholdPercent: 0,
  });
});

t.test('settings without an effect are pointed out', async (t) => {
  t.same(warningsOf({ lb_policy: 'RANDOM', least_request_lb_config: { choice_count: 3 } }), [
    'least_request_lb_config',
  ]);
  t.match(warningsOf({ common_lb_config: { zone_aware_lb_config: { min_cluster_size: 3 } } }), [
    /zone_aware_lb_config.min_cluster_size/,
  ]);
  t.match(
    warningsOf({
      circuit_breakers: { thresholds: [{ max_requests: 1 }, { max_requests: 2 }] },
    }),
    [/thresholds\[1\]/],
  );
  const bias = { default_value: -1, runtime_key: 'bias' };
  const negative = {
    lb_policy: 'LEAST_REQUEST',
    least_request_lb_config: { active_request_bias: bias },
  };
  t.match(readCluster(negative).config.loadBalancing.policy, { activeRequestBias: 1 });
  t.match(warningsOf(negative), [/active_request_bias/]);
});

t.test('endpoints keep weight, health, name and metadata', async (t) => {
  const { discovery } = readCluster(
    assignment(
      endpoint('10.0.0.1:80', { load_balancing_weight: 7, health_status: 'DEGRADED' }),
      { endpoint: { address: { pipe: { path: '/run/x' } }, hostname: 'x' } },
      endpoint('0:0::00:A:80', { metadata: { filter_metadata: { 'envoy.lb': { canary: true } } } }),
    ),
  );
  t.match(discovery.assignment.localities, [
    {
      priority: 0,
      locality: { region: '', zone: '', subZone: '' },
      weight: 0,
      hosts: [
        {
          address: { kind: 'ip', host: '10.0.0.1', port: 80 },
          hostname: '',
          weight: 7,
          healthFlags: HealthFlag.degradedEdsHealth,
        },
        { address: { kind: 'pipe', path: '/run/x' }, hostname: 'x', weight: 1, healthFlags: 0 },
        {
          address: { kind: 'ip', host: '::a', port: 80 },
          metadata: { 'envoy.lb': { canary: true } },
        },
      ],
    },
  ]);
});

t.test('health statuses become the flags that Envoy shows', async (t) => {
  const flagsOf = (status: string): number | undefined => {
    const { discovery } = readCluster(
      assignment(endpoint('10.0.0.1:80', { health_status: status })),
    );
    return discovery.assignment.localities[0]?.hosts[0]?.healthFlags;
  };
  t.equal(flagsOf('UNKNOWN'), 0);
  t.equal(flagsOf('HEALTHY'), 0);
  t.equal(flagsOf('UNHEALTHY'), HealthFlag.failedEdsHealth);
  t.equal(flagsOf('TIMEOUT'), HealthFlag.failedEdsHealth);
  t.equal(flagsOf('DRAINING'), HealthFlag.edsStatusDraining);
});

t.test('endpoints of the same locality and priority belong together', async (t) => {
  const group = (zone: string | undefined, priority: number, weight: number, address: string) => ({
    ...(zone === undefined ? {} : { locality: { zone } }),
    priority,
    load_balancing_weight: weight,
    lb_endpoints: [endpoint(address)],
  });
  const { discovery } = readCluster({
    load_assignment: {
      cluster_name: 'c',
      endpoints: [
        group('a', 0, 1, '10.0.0.1:80'),
        group('b', 0, 2, '10.0.0.2:80'),
        group('a', 1, 3, '10.0.0.3:80'),
        group('a', 0, 4, '10.0.0.4:80'),
        group(undefined, 0, 5, '10.0.0.5:80'),
      ],
      policy: { overprovisioning_factor: 200, weighted_priority_health: true },
    },
  });
  const { localities, ...policy } = discovery.assignment;
  t.same(
    localities.map((one) => [one.locality.zone, one.priority, one.weight, one.hosts.length]),
    [
      ['a', 0, 4, 2],
      ['b', 0, 2, 1],
      ['a', 1, 3, 1],
      ['', 0, 0, 1],
    ],
  );
  t.same(policy, { overprovisioningFactor: 200, weightedPriorityHealth: true });
});

t.test('DNS clusters keep names for the main thread to resolve', async (t) => {
  const { discovery } = readCluster({
    type: 'STRICT_DNS',
    dns_refresh_rate: '7s',
    dns_failure_refresh_rate: { base_interval: '2s' },
    respect_dns_ttl: true,
    dns_lookup_family: 'V4_PREFERRED',
    wait_for_warm_on_init: false,
    ...assignment(endpoint('details.test:9080', { load_balancing_weight: 2 })),
  });
  t.match(discovery, {
    kind: 'strictDns',
    dns: {
      refreshRateMs: 7_000,
      failureRefreshRate: { baseIntervalMs: 2_000, maxIntervalMs: 20_000 },
      respectTtl: true,
      lookupFamily: 'V4_PREFERRED',
      waitForWarmOnInit: false,
    },
    assignment: {
      localities: [
        { hosts: [{ dnsName: 'details.test', port: 9080, hostname: 'details.test', weight: 2 }] },
      ],
    },
  });
  const { discovery: logical } = readCluster({
    type: 'LOGICAL_DNS',
    load_assignment: {
      cluster_name: 'c',
      endpoints: [{ priority: 3, lb_endpoints: [endpoint('a.test:80')] }],
    },
  });
  t.match(logical, {
    kind: 'logicalDns',
    dns: {
      refreshRateMs: 5_000,
      failureRefreshRate: undefined,
      respectTtl: false,
      lookupFamily: 'AUTO',
      waitForWarmOnInit: true,
    },
    assignment: { localities: [{ priority: 0 }] },
  });
});

t.test('what Envoy refuses is refused in its words', async (t) => {
  const cases: readonly (readonly [Json, RegExp])[] = [
    [
      assignment(endpoint('foo.test:80')),
      /malformed IP address.*Consider setting resolver_name or setting cluster type to 'STRICT_DNS' or 'LOGICAL_DNS'/,
    ],
    [{ type: 'LOGICAL_DNS' }, /LOGICAL_DNS clusters must have a single host/],
    [
      { type: 'LOGICAL_DNS', ...assignment(endpoint('a:80'), endpoint('b:80')) },
      /LOGICAL_DNS clusters must have a single locality_lb_endpoint and a single lb_endpoint/,
    ],
    [
      {
        type: 'STRICT_DNS',
        dns_failure_refresh_rate: { base_interval: '5s', max_interval: '1s' },
      },
      /max_interval greater than or equal to the base_interval/,
    ],
    [
      { load_balancing_policy: { policies: [] } },
      /didn't find a registered load balancer factory implementation/,
    ],
    [{ lb_policy: 'LOAD_BALANCING_POLICY_CONFIG' }, /field load_balancing_policy need to be set/],
    [
      {
        common_lb_config: { locality_weighted_lb_config: {} },
        load_balancing_policy: { policies: [typedPolicy('random.v3.Random')] },
      },
      /load_balancing_policy cannot be combined with partial fields/,
    ],
    [
      { upstream_bind_config: { source_address: { address: 'foo', port_value: 0 } } },
      /malformed IP address/,
    ],
    [{ transport_socket: { name: 'foo' } }, /Didn't find a registered implementation/],
  ];
  for (const [cluster, pattern] of cases) t.match(reasonsOf(cluster), [pattern]);
});

t.test('what Proa does not have yet is refused by name', async (t) => {
  const cases: readonly (readonly [Json, RegExp])[] = [
    [{ type: 'EDS' }, /EDS/],
    [{ type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED' }, /ORIGINAL_DST/],
    [{ lb_policy: 'RING_HASH' }, /RING_HASH/],
    [{ lb_policy: 'MAGLEV' }, /MAGLEV/],
    [{ lb_subset_config: { list_as_any: true } }, /lb_subset_config/],
    [{ outlier_detection: { consecutive_5xx: 3 } }, /outlier_detection/],
    [
      { circuit_breakers: { per_host_thresholds: [{ max_connections: 2 }] } },
      /per_host_thresholds/,
    ],
    [{ circuit_breakers: { thresholds: [{ max_connection_pools: 2 }] } }, /max_connection_pools/],
    [
      { round_robin_lb_config: { slow_start_config: { slow_start_window: '1s' } } },
      /slow_start_config/,
    ],
    [{ common_lb_config: { close_connections_on_host_set_change: true } }, /close_connections/],
    [{ upstream_bind_config: { freebind: true } }, /freebind/],
  ];
  for (const [cluster, pattern] of cases) t.match(reasonsOf(cluster).join('\n'), pattern);
});

t.test('names of a list of clusters must differ', async (t) => {
  const { errors } = readClusters([{ name: 'a' }, { name: 'b' }, { name: 'a' }]);
  t.match(errors, [
    { path: 'static_resources.clusters[2].name', reason: /duplicate cluster/, value: 'a' },
  ]);
});

t.test('all errors of a cluster are reported at once', async (t) => {
  t.equal(
    reasonsOf({
      ...assignment(endpoint('foo.test:80'), endpoint('10.0.0.1:80'), endpoint('bar.test:80')),
      upstream_bind_config: { source_address: { address: 'foo', port_value: 0 } },
    }).length,
    3,
  );
});
