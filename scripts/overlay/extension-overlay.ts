import type { FileAdditions } from '../proto-overlay.ts';

/** What Envoy 1.40 has beyond the shipped protos: extensions. */
export const extensionOverlay: Readonly<Record<string, FileAdditions>> = {
  'envoy/extensions/clusters/aggregate/v3/cluster.proto': {
    file: [
      'message AggregateClusterResource { envoy.config.core.v3.ConfigSource config_source = 1 [(validate.rules).message = {required: true}]; string resource_name = 2 [(validate.rules).string = {min_len: 1}]; }',
    ],
    import: ['envoy/config/core/v3/config_source.proto'],
  },
  'envoy/extensions/common/dynamic_forward_proxy/v3/dns_cache.proto': {
    DnsCacheConfig: ['bool disable_dns_refresh_on_failure = 15;'],
  },
  'envoy/extensions/common/ratelimit/v3/ratelimit.proto': {
    RateLimitDescriptor: [
      'google.protobuf.UInt64Value hits_addend = 3;',
      'bool is_negative_hits = 4;',
    ],
    'RateLimitDescriptor.RateLimitOverride': [
      'google.protobuf.UInt32Value unit_multiplier = 3 [(validate.rules).uint32 = {gt: 0}];',
    ],
    LocalRateLimitDescriptor: ['bool shadow_mode = 3;'],
    import: ['google/protobuf/wrappers.proto'],
  },
  'envoy/extensions/filters/http/basic_auth/v3/basic_auth.proto': {
    BasicAuth: [
      'string authentication_header = 3 [(validate.rules).string = {well_known_regex: HTTP_HEADER_NAME, strict: false}];',
      'bool allow_missing = 4;',
      'bool emit_dynamic_metadata = 5;',
      'string realm = 6 [(validate.rules).string = {pattern: "^[^\\\\x00-\\\\x1f\\\\x7f]*$"}];',
    ],
    BasicAuthPerRoute: [
      'string realm = 2 [(validate.rules).string = {pattern: "^[^\\\\x00-\\\\x1f\\\\x7f]*$"}];',
    ],
  },
  'envoy/extensions/filters/http/compressor/v3/compressor.proto': {
    'Compressor.CommonDirectionConfig': [
      'repeated envoy.type.matcher.v3.StringMatcher content_type_matcher = 4;',
    ],
    'Compressor.ResponseDirectionConfig': [
      'bool weaken_etag_on_compress = 6;',
      'repeated uint32 uncompressible_response_codes = 4 [(validate.rules).repeated = {unique: true, items: {uint32: {lt: 600, gte: 200}}}];',
      'bool status_header_enabled = 5;',
    ],
    CompressorOverrides: ['envoy.config.core.v3.TypedExtensionConfig compressor_library = 2;'],
    import: ['envoy/type/matcher/v3/string.proto'],
  },
  'envoy/extensions/filters/http/dynamic_forward_proxy/v3/dynamic_forward_proxy.proto': {
    FilterConfig: ['bool allow_dynamic_host_from_filter_state = 4;'],
  },
  'envoy/extensions/filters/http/ext_authz/v3/ext_authz.proto': {
    ExtAuthz: [
      'repeated string clear_route_cache_headers = 34 [(validate.rules).repeated = {items: {string: {min_len: 1, well_known_regex: HTTP_HEADER_NAME, strict: false}}}];',
      'google.protobuf.Struct filter_metadata = 28;',
      'bool emit_filter_state_stats = 29;',
      'uint32 max_denied_response_body_bytes = 30;',
      'bool enforce_response_header_limits = 31;',
      'bool shadow_mode = 32;',
      'google.protobuf.BoolValue emit_client_span = 33;',
    ],
    file: [
      'message ShadowDecision { enum CheckResult { UNSPECIFIED = 0; OK = 1; DENIED = 2; ERROR = 3; } ShadowDecision.CheckResult check_result = 1; uint32 status_code = 2 [(validate.rules).uint32 = {lte: 599, gte: 100}]; repeated envoy.config.core.v3.HeaderValue response_headers = 3; }',
    ],
    HttpService: [
      'string path_override = 10;',
      'envoy.config.core.v3.RetryPolicy retry_policy = 9;',
    ],
    'CheckSettings#NEW service_override': [
      'envoy.config.core.v3.GrpcService grpc_service = 4;',
      'HttpService http_service = 5;',
    ],
    CheckSettings: ['google.protobuf.BoolValue emit_client_span = 6;'],
    import: ['google/protobuf/struct.proto'],
  },
  'envoy/extensions/filters/http/ext_proc/v3/ext_proc.proto': {
    ExternalProcessor: [
      'ExtProcHttpService http_service = 20;',
      'bool send_body_without_waiting_for_header_response = 21;',
      'repeated ProcessingMode allowed_override_modes = 22;',
      'envoy.config.core.v3.TypedExtensionConfig processing_request_modifier = 25;',
      'envoy.config.core.v3.TypedExtensionConfig on_processing_response = 23;',
      'envoy.type.v3.HttpStatus status_on_error = 24;',
      'bool allow_content_length_header = 26;',
      'google.protobuf.BoolValue emit_client_span = 27;',
    ],
    file: ['message ExtProcHttpService { envoy.config.core.v3.HttpService http_service = 1; }'],
    MetadataOptions: [
      'MetadataOptions.MetadataNamespaces cluster_metadata_forwarding_namespaces = 3;',
    ],
    ExtProcOverrides: [
      'google.protobuf.BoolValue failure_mode_allow = 8;',
      'envoy.config.core.v3.TypedExtensionConfig processing_request_modifier = 9;',
      'google.protobuf.BoolValue emit_client_span = 10;',
    ],
    import: [
      'envoy/config/core/v3/extension.proto',
      'envoy/type/v3/http_status.proto',
      'google/protobuf/wrappers.proto',
      'envoy/config/core/v3/http_service.proto',
    ],
  },
  'envoy/extensions/filters/http/ext_proc/v3/processing_mode.proto': {
    'enum ProcessingMode.BodySendMode': ['FULL_DUPLEX_STREAMED = 4;', 'GRPC = 5;'],
  },
  'envoy/extensions/filters/http/fault/v3/fault.proto': {
    FaultAbort: ['string response_body = 6;'],
  },
  'envoy/extensions/filters/http/header_mutation/v3/header_mutation.proto': {
    Mutations: [
      'repeated envoy.config.core.v3.KeyValueMutation query_parameter_mutations = 3;',
      'repeated envoy.config.common.mutation_rules.v3.HeaderMutation response_trailers_mutations = 4;',
      'repeated envoy.config.common.mutation_rules.v3.HeaderMutation request_trailers_mutations = 5;',
      'repeated envoy.config.core.v3.TypedExtensionConfig formatters = 6;',
    ],
    import: ['envoy/config/core/v3/base.proto', 'envoy/config/core/v3/extension.proto'],
  },
  'envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata.proto': {
    Config: ['string stat_prefix = 3;'],
  },
  'envoy/extensions/filters/http/jwt_authn/v3/config.proto': {
    JwtCacheConfig: ['uint32 jwt_max_token_size = 2;'],
    'JwtRequirement#requires_type': [
      'ExtractOnlyWithoutValidation extract_only_without_validation = 7;',
    ],
    file: ['message ExtractOnlyWithoutValidation { string verification_status_header = 1; }'],
    JwtAuthentication: ['string stat_prefix = 7;'],
    JwtClaimToHeader: [
      'repeated JwtClaimToHeader.PathSegment claim_path = 3;',
      'message PathSegment { string key = 1 [(validate.rules).string = {min_len: 1}]; }',
    ],
  },
  'envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit.proto': {
    LocalRateLimit: [
      'repeated envoy.config.route.v3.RateLimit rate_limits = 17;',
      'google.protobuf.UInt32Value max_dynamic_descriptors = 18 [(validate.rules).uint32 = {gte: 1}];',
      'bool enable_retry_after_header = 19;',
    ],
    import: ['envoy/config/route/v3/route_components.proto'],
  },
  'envoy/extensions/filters/http/lua/v3/lua.proto': {
    Lua: [
      'google.protobuf.BoolValue clear_route_cache = 5;',
      'google.protobuf.Struct filter_context = 6;',
      'repeated string package_paths = 7 [(validate.rules).repeated = {items: {string: {min_len: 1}}}];',
      'repeated string package_cpaths = 8 [(validate.rules).repeated = {items: {string: {min_len: 1}}}];',
      'string shared_vm_id = 9;',
    ],
    LuaPerRoute: [
      'google.protobuf.Struct filter_context = 4;',
      'repeated string package_paths = 5 [(validate.rules).repeated = {items: {string: {min_len: 1}}}];',
      'repeated string package_cpaths = 6 [(validate.rules).repeated = {items: {string: {min_len: 1}}}];',
      'string shared_vm_id = 7;',
    ],
    import: ['google/protobuf/wrappers.proto', 'google/protobuf/struct.proto'],
  },
  'envoy/extensions/filters/http/ratelimit/v3/rate_limit.proto': {
    RateLimit: [
      'envoy.config.core.v3.RuntimeFractionalPercent filter_enabled = 14;',
      'envoy.config.core.v3.RuntimeFractionalPercent filter_enforced = 15;',
      'envoy.config.core.v3.RuntimeFractionalPercent failure_mode_deny_percent = 16;',
      'repeated envoy.config.route.v3.RateLimit rate_limits = 17;',
      'string metadata_namespace = 18;',
      'bool enable_retry_after_header = 19;',
    ],
  },
  'envoy/extensions/filters/http/router/v3/router.proto': {
    Router: ['google.protobuf.BoolValue reject_connect_request_early_data = 10;'],
  },
  'envoy/extensions/filters/http/set_filter_state/v3/set_filter_state.proto': {
    Config: ['bool clear_route_cache = 2;'],
  },
  'envoy/extensions/filters/http/stateful_session/v3/stateful_session.proto': {
    StatefulSession: [
      'string stat_prefix = 3;',
      'uint32 status_on_strict_destination_not_found = 4;',
    ],
  },
  'envoy/extensions/filters/http/tap/v3/tap.proto': {
    Tap: ['bool record_upstream_connection = 4;'],
  },
  'envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol.proto': {
    ProxyProtocol: [
      'enum TlvLocation { DYNAMIC_METADATA = 0; FILTER_STATE = 1; }',
      'ProxyProtocol.TlvLocation tlv_location = 6;',
    ],
    'ProxyProtocol.KeyValuePair': [
      'enum ValueStringEncoding { UNSPECIFIED = 0; SANITIZED_UTF8 = 1; BASE64 = 2; }',
      'ProxyProtocol.KeyValuePair.ValueStringEncoding value_string_encoding = 3;',
    ],
  },
  'envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector.proto': {
    TlsInspector: [
      'google.protobuf.BoolValue enable_ja4_fingerprinting = 3;',
      'bool close_connection_on_client_hello_parsing_errors = 4;',
      'google.protobuf.UInt32Value max_client_hello_size = 5 [(validate.rules).uint32 = {lte: 16384, gt: 255}];',
    ],
  },
  'envoy/extensions/filters/network/ext_authz/v3/ext_authz.proto': {
    ExtAuthz: [
      'bool send_tls_alert_on_denial = 9;',
      'repeated string metadata_context_namespaces = 10;',
      'repeated string typed_metadata_context_namespaces = 11;',
      'bool shadow_mode = 12;',
    ],
  },
  'envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto': {
    HttpConnectionManager: [
      'enum ForwardClientCertFormat { TEXT = 0; JSON = 1; }',
      'bool http1_safe_max_connection_duration = 58;',
      'google.protobuf.Duration stream_flush_timeout = 59;',
      'envoy.type.v3.Percent drain_timeout_jitter = 62;',
      'xds.type.matcher.v3.Matcher forward_client_cert_matcher = 60;',
      'ForwardProtoConfig forward_proto_config = 61;',
      'bool record_route_resolution_stats = 63;',
      'message ForwardClientCertConfig { HttpConnectionManager.ForwardClientCertDetails forward_client_cert_details = 1; HttpConnectionManager.SetCurrentClientCertDetails set_current_client_cert_details = 2; }',
    ],
    'HttpConnectionManager.Tracing': [
      'string operation = 11;',
      'string upstream_operation = 12;',
      'bool no_context_propagation = 13;',
    ],
    'HttpConnectionManager.SetCurrentClientCertDetails': [
      'bool issuer = 8;',
      'HttpConnectionManager.ForwardClientCertFormat format = 7;',
    ],
    file: [
      'message ForwardProtoConfig { repeated uint32 https_destination_ports = 1; repeated uint32 http_destination_ports = 2; }',
    ],
    import: ['xds/type/matcher/v3/matcher.proto'],
  },
  'envoy/extensions/filters/network/rbac/v3/rbac.proto': {
    RBAC: ['google.protobuf.Duration delay_deny = 8;'],
    import: ['google/protobuf/duration.proto'],
  },
  'envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto': {
    TcpProxy: [
      'envoy.config.core.v3.BackoffStrategy backoff_options = 18;',
      'envoy.type.v3.Percent max_downstream_connection_duration_jitter_percentage = 20;',
      'repeated envoy.config.core.v3.TlvEntry proxy_protocol_tlvs = 19;',
      'ProxyProtocolTlvMergePolicy proxy_protocol_tlv_merge_policy = 23 [(validate.rules).enum = {defined_only: true}];',
      'UpstreamConnectMode upstream_connect_mode = 21 [(validate.rules).enum = {defined_only: true}];',
      'google.protobuf.UInt32Value max_early_data_bytes = 22 [(validate.rules).uint32 = {lte: 1048576}];',
      'google.protobuf.BoolValue check_drain_close = 24;',
    ],
    'TcpProxy.TunnelingConfig': [
      'envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension request_id_extension = 7;',
      'string request_id_header = 8;',
      'string request_id_metadata_key = 9;',
      'repeated envoy.config.core.v3.TypedExtensionConfig formatters = 10;',
    ],
    'TcpProxy.TcpAccessLogOptions': ['bool flush_access_log_on_start = 3;'],
    file: [
      'enum UpstreamConnectMode { IMMEDIATE = 0; ON_DOWNSTREAM_DATA = 1; ON_DOWNSTREAM_TLS_HANDSHAKE = 2; }',
      'enum ProxyProtocolTlvMergePolicy { ADD_IF_ABSENT = 0; OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD = 1; APPEND_IF_EXISTS_OR_ADD = 2; }',
    ],
    import: [
      'envoy/config/core/v3/backoff.proto',
      'envoy/type/v3/percent.proto',
      'envoy/config/core/v3/proxy_protocol.proto',
      'envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto',
      'envoy/config/core/v3/extension.proto',
    ],
  },
  'envoy/extensions/http/original_ip_detection/xff/v3/xff.proto': {
    XffConfig: [
      'XffTrustedCidrs xff_trusted_cidrs = 2;',
      'google.protobuf.BoolValue skip_xff_append = 3;',
    ],
    file: ['message XffTrustedCidrs { repeated envoy.config.core.v3.CidrRange cidrs = 1; }'],
    import: ['google/protobuf/wrappers.proto', 'envoy/config/core/v3/address.proto'],
  },
  'envoy/extensions/load_balancing_policies/client_side_weighted_round_robin/v3/client_side_weighted_round_robin.proto':
    {
      ClientSideWeightedRoundRobin: [
        'repeated string metric_names_for_computing_utilization = 7;',
        'envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig slow_start_config = 8;',
        'envoy.extensions.load_balancing_policies.common.v3.OrcaOobReportingConfig oob_reporting_config = 9;',
      ],
      import: ['envoy/extensions/load_balancing_policies/common/v3/common.proto'],
    },
  'envoy/extensions/load_balancing_policies/common/v3/common.proto': {
    'LocalityLbConfig.ZoneAwareLbConfig': [
      'enum LocalityBasis { HEALTHY_HOSTS_NUM = 0; HEALTHY_HOSTS_WEIGHT = 1; }',
      'bool force_locality_direct_routing = 4 [deprecated = true];',
      'LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone force_local_zone = 5;',
      'LocalityLbConfig.ZoneAwareLbConfig.LocalityBasis locality_basis = 6;',
      'message ForceLocalZone { google.protobuf.UInt32Value min_size = 1; }',
    ],
    ConsistentHashingLbConfig: [
      'repeated envoy.config.route.v3.RouteAction.HashPolicy hash_policy = 3;',
    ],
    file: [
      'message OrcaOobReportingConfig { uint32 port_value = 1 [(validate.rules).uint32 = {lte: 65535}]; string authority = 2 [(validate.rules).string = {well_known_regex: HTTP_HEADER_VALUE, strict: false}]; google.protobuf.Struct transport_socket_match_criteria = 3; }',
    ],
    import: ['envoy/config/route/v3/route_components.proto', 'google/protobuf/struct.proto'],
  },
  'envoy/extensions/matching/common_inputs/network/v3/network_inputs.proto': {
    FilterStateInput: ['string field = 2;'],
    file: [
      'message DynamicMetadataInput { message PathSegment { oneof segment { option (validate.required) = true; string key = 1 [(validate.rules).string = {min_len: 1}]; } } string filter = 1 [(validate.rules).string = {min_len: 1}]; repeated DynamicMetadataInput.PathSegment path = 2 [(validate.rules).repeated = {min_items: 1}]; }',
      'message NetworkNamespaceInput { }',
    ],
  },
  'envoy/extensions/network/dns_resolver/cares/v3/cares_dns_resolver.proto': {
    CaresDnsResolverConfig: [
      'google.protobuf.UInt64Value query_timeout_seconds = 6 [(validate.rules).uint64 = {gte: 1}];',
      'google.protobuf.UInt32Value query_tries = 7 [(validate.rules).uint32 = {gte: 1}];',
      'bool rotate_nameservers = 8;',
      'google.protobuf.UInt32Value edns0_max_payload_size = 9 [(validate.rules).uint32 = {lte: 4096, gte: 512}];',
      'google.protobuf.Duration max_udp_channel_duration = 10 [(validate.rules).duration = {gte: {}}];',
      'bool reinit_channel_on_timeout = 11;',
      'google.protobuf.UInt32Value qcache_max_ttl = 12 [(validate.rules).uint32 = {gte: 0}];',
    ],
    import: ['google/protobuf/duration.proto'],
  },
  'envoy/extensions/network/dns_resolver/getaddrinfo/v3/getaddrinfo_dns_resolver.proto': {
    GetAddrInfoDnsResolverConfig: [
      'google.protobuf.UInt32Value num_retries = 1;',
      'google.protobuf.UInt32Value num_resolver_threads = 2;',
    ],
    import: ['google/protobuf/wrappers.proto'],
  },
  'envoy/extensions/resource_monitors/fixed_heap/v3/fixed_heap.proto': {
    FixedHeapConfig: ['envoy.config.core.v3.RuntimeUInt64 max_heap_size_bytes_runtime = 2;'],
    import: ['envoy/config/core/v3/base.proto'],
  },
  'envoy/extensions/transport_sockets/http_11_proxy/v3/upstream_http_11_connect.proto': {
    Http11ProxyUpstreamTransport: ['envoy.config.core.v3.Address default_proxy_address = 2;'],
    import: ['envoy/config/core/v3/address.proto'],
  },
  'envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol.proto': {
    ProxyProtocolUpstreamTransport: [
      'bool allow_unspecified_address = 3;',
      'bool tlv_as_pool_key = 4;',
    ],
  },
  'envoy/extensions/transport_sockets/tls/v3/common.proto': {
    TlsParameters: [
      'enum CompliancePolicy { FIPS_202205 = 0; CNSA2_202603 = 1; CNSA1_202603 = 2; }',
      'repeated TlsParameters.CompliancePolicy compliance_policies = 6 [(validate.rules).repeated = {max_items: 1}];',
    ],
    TlsCertificate: ['TlsParameters tls_params = 9;'],
    CertificateValidationContext: ['bool suppress_client_ca_list = 18;'],
  },
  'envoy/extensions/transport_sockets/tls/v3/secret.proto': {
    GenericSecret: ['map<string, envoy.config.core.v3.DataSource> secrets = 2;'],
  },
  'envoy/extensions/transport_sockets/tls/v3/tls.proto': {
    UpstreamTlsContext: ['bool auto_host_sni = 6;', 'bool auto_sni_san_validation = 7;'],
    DownstreamTlsContext: ['bool prefer_client_ciphers = 11;'],
    CommonTlsContext: [
      'envoy.config.core.v3.TypedExtensionConfig custom_tls_certificate_selector = 16;',
    ],
  },
  'envoy/extensions/transport_sockets/tls/v3/tls_spiffe_validator_config.proto': {
    SPIFFECertValidatorConfig: ['envoy.config.core.v3.DataSource trust_bundles = 2;'],
    'SPIFFECertValidatorConfig.TrustDomain': ['string workload_trust_domain = 3;'],
  },
  'envoy/extensions/upstreams/http/v3/http_protocol_options.proto': {
    HttpProtocolOptions: [
      'HttpProtocolOptions.OutlierDetection outlier_detection = 8;',
      'repeated envoy.config.route.v3.RouteAction.RequestMirrorPolicy request_mirror_policies = 9;',
      'repeated envoy.config.route.v3.RouteAction.HashPolicy hash_policy = 10;',
      'envoy.config.route.v3.RetryPolicy retry_policy = 11;',
      'message OutlierDetection { envoy.config.common.matcher.v3.MatchPredicate error_matcher = 1 [(validate.rules).message = {required: true}]; }',
    ],
    import: [
      'envoy/config/route/v3/route_components.proto',
      'envoy/config/common/matcher/v3/matcher.proto',
    ],
  },
};
