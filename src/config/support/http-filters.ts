import { type SupportTable, supported } from '#config/support/message-support.ts';

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
};
