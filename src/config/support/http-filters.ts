import { type SupportTable, supported } from '#config/support/message-support.ts';

const headerMutation = 'envoy.extensions.filters.http.header_mutation.v3' as const;

export const httpFiltersSupport: SupportTable = {
  'envoy.extensions.filters.http.router.v3.Router': {
    ...supported(
      'dynamic_stats',
      'suppress_envoy_headers',
      'strict_check_headers',
      'respect_expected_rq_timeout',
      'suppress_grpc_request_failure_code_stats',
    ),
    start_child_span: { warned: 'Proa does not trace yet' },
    upstream_log_options: { warned: 'there are no upstream access logs' },
  },
  'envoy.config.route.v3.FilterConfig': supported('config', 'is_optional', 'disabled'),
  'envoy.extensions.filters.http.buffer.v3.Buffer': supported('max_request_bytes'),
  'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': supported('disabled', 'buffer'),
  'envoy.extensions.filters.http.grpc_http1_bridge.v3.Config': supported(
    'upgrade_protobuf_to_grpc',
    'ignore_query_parameters',
  ),
  'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig': supported(
    'emit_filter_state',
    'individual_method_stats_allowlist',
    'stats_for_all_methods',
    'enable_upstream_stats',
    'replace_dots_in_grpc_service_name',
  ),
  'envoy.config.core.v3.GrpcMethodList': supported('services'),
  'envoy.config.core.v3.GrpcMethodList.Service': supported('name', 'method_names'),
  'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb': {},
  [`${headerMutation}.HeaderMutation`]: supported(
    'mutations',
    'most_specific_header_mutations_wins',
  ),
  [`${headerMutation}.HeaderMutationPerRoute`]: supported('mutations'),
  [`${headerMutation}.Mutations`]: supported(
    'request_mutations',
    'response_mutations',
    'query_parameter_mutations',
    'response_trailers_mutations',
    'request_trailers_mutations',
  ),
  'envoy.config.common.mutation_rules.v3.HeaderMutation': supported(
    'remove',
    'append',
    'remove_on_match',
  ),
  'envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch': supported('key_matcher'),
  'envoy.config.core.v3.KeyValueMutation': supported('append', 'remove'),
  'envoy.config.core.v3.KeyValueAppend': supported('record', 'action'),
  'envoy.config.core.v3.KeyValuePair': supported('key', 'value'),
};
