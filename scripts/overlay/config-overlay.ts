import type { FileAdditions } from '../proto-overlay.ts';

/** What Envoy 1.40 has beyond the shipped protos: the configuration, types and admin messages. */
export const configOverlay: Readonly<Record<string, FileAdditions>> = {
  'envoy/admin/v3/clusters.proto': {
    HostHealthStatus: ['bool failed_degraded_outlier_detection = 9;'],
  },
  'envoy/admin/v3/config_dump_shared.proto': {
    'enum ClientResourceStatus': ['RECEIVED_ERROR = 5;', 'TIMEOUT = 6;'],
  },
  'envoy/admin/v3/server_info.proto': {
    ServerInfo: ['bool hot_restart_initializing = 8;'],
    CommandLineOptions: [
      'bool skip_deprecated_logs = 41;',
      'uint32 file_flush_min_size = 42;',
      'bool log_stacktrace_single_entry = 43;',
    ],
  },
  'envoy/config/accesslog/v3/accesslog.proto': {
    'enum ComparisonFilter.Op': ['NE = 3;'],
  },
  'envoy/config/bootstrap/v3/bootstrap.proto': {
    'Bootstrap#NEW stats_eviction': [
      'google.protobuf.Duration stats_eviction_interval = 42 [(validate.rules).duration = {gte: {nanos: 1000000}}];',
    ],
    Bootstrap: ['bool enable_worker_cpu_affinity = 43;'],
    Admin: ['repeated envoy.type.matcher.v3.StringMatcher allow_paths = 7;'],
    MemoryAllocatorManager: [
      'google.protobuf.UInt64Value soft_memory_limit_bytes = 3;',
      'google.protobuf.UInt32Value max_per_cpu_cache_size_bytes = 4;',
      'uint64 max_unfreed_memory_bytes = 5;',
    ],
    file: [
      'message ListenerManager { }',
      'message ValidationListenerManager { }',
      'message ApiListenerManager { enum ThreadingModel { MAIN_THREAD_ONLY = 0; STANDALONE_WORKER_THREAD = 1; } ApiListenerManager.ThreadingModel threading_model = 1; }',
    ],
    import: ['envoy/type/matcher/v3/string.proto'],
  },
  'envoy/config/cluster/v3/circuit_breaker.proto': {
    'CircuitBreakers.Thresholds.RetryBudget': ['google.protobuf.Duration budget_interval = 3;'],
    import: ['google/protobuf/duration.proto'],
  },
  'envoy/config/cluster/v3/cluster.proto': {
    Cluster: [
      'xds.type.matcher.v3.Matcher transport_socket_matcher = 59;',
      'envoy.config.metrics.v3.StatsMatcher stats_matcher = 61;',
      'google.protobuf.Duration per_connection_buffer_high_watermark_timeout = 60 [(validate.rules).duration = {gte: {}}];',
      'google.protobuf.Duration dns_jitter = 58 [(validate.rules).duration = {gte: {}}, deprecated = true];',
      'Cluster.QueuingPolicies queuing_policies = 62;',
      'message QueuingPolicies { envoy.config.core.v3.TypedExtensionConfig pending_rq_policy = 1; }',
    ],
    'Cluster.PreconnectPolicy': [
      'envoy.type.matcher.v3.MetadataMatcher preconnect_enabled_metadata = 3;',
    ],
    'enum UpstreamConnectionOptions.FirstAddressFamilyVersion': ['PIPE = 3;', 'INTERNAL = 4;'],
    import: [
      'xds/type/matcher/v3/matcher.proto',
      'envoy/config/metrics/v3/stats.proto',
      'envoy/type/matcher/v3/metadata.proto',
    ],
  },
  'envoy/config/cluster/v3/outlier_detection.proto': {
    OutlierDetection: ['google.protobuf.BoolValue detect_degraded_hosts = 26;'],
  },
  'envoy/config/common/matcher/v3/matcher.proto': {
    'Matcher.OnMatch': ['bool keep_matching = 3;'],
  },
  'envoy/config/common/mutation_rules/v3/mutation_rules.proto': {
    'HeaderMutation#action': ['HeaderMutation.RemoveOnMatch remove_on_match = 3;'],
    HeaderMutation: [
      'message RemoveOnMatch { envoy.type.matcher.v3.StringMatcher key_matcher = 1 [(validate.rules).message = {required: true}]; }',
    ],
    import: ['envoy/type/matcher/v3/string.proto'],
  },
  'envoy/config/core/v3/address.proto': {
    SocketAddress: ['string network_namespace_filepath = 7;'],
    BindConfig: ['bool validate_network_namespaces = 7;'],
  },
  'envoy/config/core/v3/base.proto': {
    file: [
      'message RuntimeUInt64 { uint64 default_value = 2; string runtime_key = 3; }',
      'message KeyValuePair { string key = 1 [(validate.rules).string = {min_len: 1, max_bytes: 16384}]; google.protobuf.Value value = 2; }',
    ],
    KeyValueAppend: ['KeyValuePair record = 3;'],
    WatchedDirectory: ['bool watch_modify = 2;'],
  },
  'envoy/config/core/v3/config_source.proto': {
    PathConfigSource: [
      'google.protobuf.Duration poll_interval = 3 [(validate.rules).duration = {gte: {nanos: 1000000}}];',
    ],
  },
  'envoy/config/core/v3/grpc_service.proto': {
    'GrpcService.GoogleGrpc': [
      'repeated google.protobuf.Any channel_credentials_plugin = 9;',
      'repeated google.protobuf.Any call_credentials_plugin = 10;',
    ],
  },
  'envoy/config/core/v3/health_check.proto': {
    HealthCheck: ['string name = 27;'],
    'HealthCheck.HttpHealthCheck': ['bool use_alpn_protocol = 15;'],
  },
  'envoy/config/core/v3/http_service.proto': {
    HttpService: ['repeated TypedExtensionConfig formatters = 3;'],
    import: ['envoy/config/core/v3/extension.proto'],
  },
  'envoy/config/core/v3/protocol.proto': {
    QuicProtocolOptions: [
      'google.protobuf.UInt64Value max_packet_length = 9;',
      'TypedExtensionConfig client_packet_writer = 10;',
      'QuicProtocolOptions.ConnectionMigrationSettings connection_migration = 11;',
      'google.protobuf.Duration memory_reduction_timeout = 12 [(validate.rules).duration = {gte: {seconds: 1}}];',
      'google.protobuf.BoolValue enable_scone = 13;',
      'message ConnectionMigrationSettings { message MigrateIdleConnectionSettings { google.protobuf.Duration max_idle_time_before_migration = 1 [(validate.rules).duration = {gte: {seconds: 1}}]; } QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings migrate_idle_connections = 1; google.protobuf.Duration max_time_on_non_default_network = 2 [(validate.rules).duration = {gte: {seconds: 1}}]; }',
    ],
    HttpProtocolOptions: [
      'envoy.type.v3.Percent max_connection_duration_jitter = 8;',
      'google.protobuf.UInt32Value max_response_headers_kb = 7 [(validate.rules).uint32 = {lte: 8192, gt: 0}];',
    ],
    Http1ProtocolOptions: [
      'repeated envoy.type.matcher.v3.StringMatcher ignore_http_11_upgrade = 11;',
    ],
    Http2ProtocolOptions: [
      'google.protobuf.UInt64Value max_metadata_size = 17;',
      'google.protobuf.BoolValue enable_huffman_encoding = 18;',
      'google.protobuf.UInt32Value max_header_field_size_kb = 19 [(validate.rules).uint32 = {lte: 256, gte: 64}];',
      'google.protobuf.BoolValue disallow_obs_text = 20;',
      'google.protobuf.UInt64Value stream_reset_burst = 21;',
      'google.protobuf.UInt64Value stream_reset_rate = 22;',
    ],
    Http3ProtocolOptions: [
      'bool disable_qpack = 7;',
      'bool disable_connection_flow_control_for_streams = 8;',
      'google.protobuf.BoolValue disallow_obs_text = 9;',
    ],
    import: ['envoy/type/matcher/v3/string.proto'],
  },
  'envoy/config/core/v3/proxy_protocol.proto': {
    file: [
      'message TlvEntry { uint32 type = 1 [(validate.rules).uint32 = {lt: 256}]; bytes value = 2; SubstitutionFormatString format_string = 3; }',
      'message PerHostConfig { repeated TlvEntry added_tlvs = 1; }',
    ],
    ProxyProtocolConfig: ['repeated TlvEntry added_tlvs = 3;'],
    import: ['envoy/config/core/v3/substitution_format_string.proto'],
  },
  'envoy/config/core/v3/socket_option.proto': {
    SocketOption: [
      'enum SocketIpVersion { SOCKET_IP_VERSION_UNSPECIFIED = 0; SOCKET_IP_VERSION_IPV4 = 1; SOCKET_IP_VERSION_IPV6 = 2; }',
      'SocketOption.SocketType type = 7;',
      'SocketOption.SocketIpVersion ip_version = 8;',
      'message SocketType { message Stream { } message Datagram { } SocketOption.SocketType.Stream stream = 1; SocketOption.SocketType.Datagram datagram = 2; }',
    ],
  },
  'envoy/config/endpoint/v3/endpoint_components.proto': {
    Endpoint: ['string observability_name = 5;'],
    file: ['message LbEndpointCollection { repeated xds.core.v3.CollectionEntry entries = 1; }'],
    import: ['xds/core/v3/collection_entry.proto'],
  },
  'envoy/config/listener/v3/listener.proto': {
    AdditionalAddress: ['envoy.config.core.v3.TcpKeepalive tcp_keepalive = 3;'],
    Listener: [
      'envoy.config.metrics.v3.StatsMatcher stats_matcher = 39;',
      'Listener.FcdsConfig fcds_config = 36;',
      'google.protobuf.Duration per_connection_buffer_high_watermark_timeout = 38 [(validate.rules).duration = {gte: {}}];',
      'envoy.config.core.v3.TcpKeepalive tcp_keepalive = 37;',
      'message FcdsConfig { string name = 1; envoy.config.core.v3.ConfigSource config_source = 2; }',
    ],
    'Listener.ConnectionBalanceConfig#balance_type': [
      'Listener.ConnectionBalanceConfig.CpuLocalityBalance cpu_locality_balance = 3;',
    ],
    'Listener.ConnectionBalanceConfig': ['message CpuLocalityBalance { }'],
    import: ['envoy/config/metrics/v3/stats.proto', 'envoy/config/core/v3/config_source.proto'],
  },
  'envoy/config/listener/v3/quic_config.proto': {
    QuicProtocolOptions: [
      'bool reject_new_connections = 13;',
      'google.protobuf.UInt32Value max_sessions_per_event_loop = 14 [(validate.rules).uint32 = {gt: 0}];',
    ],
  },
  'envoy/config/metrics/v3/metrics_service.proto': {
    MetricsServiceConfig: ['uint32 batch_size = 6 [(validate.rules).uint32 = {gte: 0}];'],
  },
  'envoy/config/metrics/v3/stats.proto': {
    StatsConfig: ['google.protobuf.BoolValue allow_default_tag_overrides = 5;'],
    HistogramBucketSettings: [
      'google.protobuf.UInt32Value bins = 3 [(validate.rules).uint32 = {lte: 46082, gt: 0}];',
    ],
    StatsdSink: ['bool scale_histogram_units_to_milliseconds = 4;'],
    DogStatsdSink: ['bool scale_histogram_units_to_milliseconds = 5;'],
  },
  'envoy/config/overload/v3/overload.proto': {
    file: [
      'message ShrinkHeapConfig { google.protobuf.Duration timer_interval = 1 [(validate.rules).duration = {gte: {seconds: 1}}]; google.protobuf.UInt64Value max_unfreed_memory_bytes = 2; }',
    ],
    'enum ScaleTimersOverloadActionConfig.TimerType': [
      'HTTP_DOWNSTREAM_CONNECTION_MAX = 4;',
      'HTTP_DOWNSTREAM_STREAM_FLUSH = 5;',
    ],
    import: ['google/protobuf/wrappers.proto'],
  },
  'envoy/config/rbac/v3/rbac.proto': {
    file: [
      'message SourcedMetadata { envoy.type.matcher.v3.MetadataMatcher metadata_matcher = 1 [(validate.rules).message = {required: true}]; MetadataSource metadata_source = 2 [(validate.rules).enum = {defined_only: true}]; }',
      'enum MetadataSource { DYNAMIC = 0; ROUTE = 1; }',
    ],
    'Permission#rule': ['SourcedMetadata sourced_metadata = 14;'],
    'Principal#identifier': [
      'SourcedMetadata sourced_metadata = 13;',
      'envoy.config.core.v3.TypedExtensionConfig custom = 14;',
    ],
  },
  'envoy/config/route/v3/route.proto': {
    RouteConfiguration: [
      'string vhost_header = 18 [(validate.rules).string = {well_known_regex: HTTP_HEADER_NAME, strict: false}];',
      'repeated envoy.config.core.v3.TypedExtensionConfig route_specifiers = 19;',
    ],
    import: ['envoy/config/core/v3/extension.proto'],
  },
  'envoy/config/route/v3/route_components.proto': {
    VirtualHost: [
      'google.protobuf.UInt64Value request_body_buffer_limit = 25 [(validate.rules).message = {required: false}];',
      'repeated envoy.config.core.v3.TypedExtensionConfig route_specifiers = 26;',
    ],
    Route: [
      'google.protobuf.UInt64Value request_body_buffer_limit = 20;',
      'repeated envoy.config.core.v3.TypedExtensionConfig route_specifiers = 21;',
    ],
    'WeightedCluster#random_value_specifier': ['google.protobuf.BoolValue use_hash_policy = 5;'],
    RouteMatch: [
      'repeated CookieMatcher cookies = 17;',
      'repeated envoy.type.matcher.v3.FilterStateMatcher filter_state = 16;',
    ],
    'RouteAction#host_rewrite_specifier': ['string host_rewrite = 44;'],
    RouteAction: ['string path_rewrite = 45;', 'google.protobuf.Duration flush_timeout = 42;'],
    'RouteAction.RequestMirrorPolicy': [
      'repeated envoy.config.common.mutation_rules.v3.HeaderMutation request_headers_mutations = 7 [(validate.rules).repeated = {max_items: 1000}];',
      'string host_rewrite_literal = 8 [(validate.rules).string = {well_known_regex: HTTP_HEADER_VALUE, strict: false}];',
    ],
    RetryPolicy: ['bool refresh_cluster_on_retry = 14;'],
    'RedirectAction#path_rewrite_specifier': ['string path_rewrite = 10;'],
    DirectResponseAction: ['envoy.config.core.v3.SubstitutionFormatString body_format = 3;'],
    Tracing: ['string operation = 5;', 'string upstream_operation = 6;'],
    RateLimit: [
      'enum XRateLimitOption { UNSPECIFIED = 0; OFF = 1; DRAFT_VERSION_03 = 2; }',
      'RateLimit.HitsAddend hits_addend = 5;',
      'bool apply_on_stream_done = 6;',
      'RateLimit.XRateLimitOption x_ratelimit_option = 7;',
      'message HitsAddend { google.protobuf.UInt64Value number = 1 [(validate.rules).uint64 = {lte: 1000000000}]; string format = 2 [(validate.rules).string = {prefix: "%", suffix: "%", ignore_empty: true}]; bool is_negative_hits = 3; }',
    ],
    'RateLimit.Action#action_specifier': [
      'RateLimit.Action.QueryParameters query_parameters = 12;',
    ],
    'RateLimit.Action': [
      'message QueryParameters { string query_parameter_name = 1 [(validate.rules).string = {min_len: 1}]; string descriptor_key = 2 [(validate.rules).string = {min_len: 1}]; bool skip_if_absent = 3; }',
    ],
    'RateLimit.Action.GenericKey': ['string default_value = 3;'],
    'RateLimit.Action.HeaderValueMatch': ['string default_value = 5;'],
    'RateLimit.Action.QueryParameterValueMatch': ['string default_value = 5;'],
    'RateLimit.Override#override_specifier': [
      'RateLimit.Override.RateLimitOverride rate_limit = 2;',
    ],
    'RateLimit.Override': [
      'message RateLimitOverride { uint32 requests_per_unit = 1; envoy.type.v3.RateLimitUnit unit = 2; }',
    ],
    file: [
      'message CookieMatcher { string name = 1 [(validate.rules).string = {min_len: 1, max_bytes: 1024}]; envoy.type.matcher.v3.StringMatcher string_match = 2 [(validate.rules).message = {required: true}]; bool invert_match = 3; }',
    ],
    'enum RateLimit.Action.MetaData.Source': ['CLUSTER_ENTRY = 2;', 'CLUSTER_LOCALITY_ENTRY = 3;'],
    import: [
      'envoy/type/matcher/v3/filter_state.proto',
      'envoy/config/common/mutation_rules/v3/mutation_rules.proto',
      'envoy/config/core/v3/substitution_format_string.proto',
      'envoy/type/v3/ratelimit_unit.proto',
    ],
  },
  'envoy/config/tap/v3/common.proto': {
    OutputConfig: ['google.protobuf.UInt32Value min_streamed_sent_bytes = 5;'],
  },
  'envoy/config/trace/v3/opentelemetry.proto': {
    OpenTelemetryConfig: [
      'envoy.config.core.v3.TypedExtensionConfig exporter = 10;',
      'google.protobuf.UInt32Value max_cache_size = 6;',
      'google.protobuf.BoolValue set_telemetry_sdk_resource_attributes = 7;',
      'google.protobuf.BoolValue set_service_name_resource_attribute = 8;',
      'google.protobuf.BoolValue set_instrumentation_scope = 9;',
    ],
    import: ['google/protobuf/wrappers.proto'],
  },
  'envoy/config/trace/v3/zipkin.proto': {
    ZipkinConfig: [
      'enum TraceContextOption { USE_B3 = 0; USE_B3_WITH_W3C_PROPAGATION = 1; }',
      'ZipkinConfig.TraceContextOption trace_context_option = 8;',
      'envoy.config.core.v3.HttpService collector_service = 9;',
      'bool timestamp_trace_ids = 10;',
    ],
    import: ['envoy/config/core/v3/http_service.proto'],
  },
  'envoy/service/discovery/v3/discovery.proto': {
    file: [
      'message ResourceError { ResourceName resource_name = 1; google.rpc.Status error_detail = 2; }',
    ],
    DiscoveryResponse: ['repeated ResourceError resource_errors = 7;'],
    DeltaDiscoveryResponse: ['repeated ResourceError resource_errors = 9;'],
  },
  'envoy/type/http/v3/cookie.proto': {
    Cookie: ['repeated CookieAttribute attributes = 4;'],
    file: [
      'message CookieAttribute { string name = 1 [(validate.rules).string = {min_len: 1, max_bytes: 16384, well_known_regex: HTTP_HEADER_NAME, strict: false}]; string value = 2 [(validate.rules).string = {max_bytes: 16384, well_known_regex: HTTP_HEADER_VALUE, strict: false}]; }',
    ],
  },
  'envoy/type/matcher/v3/status_code_input.proto': {
    file: ['message HttpResponseLocalReplyMatchInput { }'],
  },
  'envoy/type/metadata/v3/metadata.proto': {
    'MetadataKey.PathSegment#segment': ['uint32 index = 2;'],
  },
  'envoy/type/tracing/v3/custom_tag.proto': {
    'CustomTag#type': ['string value = 6;'],
    CustomTag: [
      'enum ValueType { UNSPECIFIED = 0; STRING = 1; INT = 2; DOUBLE = 3; BOOL = 4; }',
      'CustomTag.ValueType value_type = 7 [(validate.rules).enum = {defined_only: true}];',
    ],
  },
  'xds/type/matcher/v3/matcher.proto': {
    'Matcher.OnMatch': ['bool keep_matching = 3;'],
  },
  'xds/type/matcher/v3/string.proto': {
    'StringMatcher#match_pattern': ['xds.core.v3.TypedExtensionConfig custom = 8;'],
    import: ['xds/core/v3/extension.proto'],
  },
};
