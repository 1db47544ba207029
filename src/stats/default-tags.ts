import {
  ANY,
  lastSegmentRule,
  patternRule,
  segmentRule,
  suffixRule,
  type TagRule,
  VALUE,
} from '#stats/tag-rule.ts';

/**
 * The tags that Envoy takes out of names unless `use_all_default_tags` is false, in the order of the
 * labels on its page. Those of protocols that are not served here are left out.
 */
export const defaultTagRules: readonly TagRule[] = [
  suffixRule('envoy.response_code', '_rq_', /_rq(_([0-9]{3}))$/),
  suffixRule('envoy.response_code_class', '_rq_', /_rq_(([0-9]))xx$/),
  patternRule(
    'envoy.rbac_policy_name',
    'http',
    /^http\.[^.]+\.rbac\.(?:[^.]+\.)?policy\.(([^.]+)\.)(?:shadow_)?(?:allowed|denied)$/,
  ),
  rbacPrefixRule(),
  patternRule('envoy.rds_route_config', 'http', /^http\.[^.]+\.rds\.(([\w.-]+)\.)\w+$/),
  patternRule('envoy.scoped_rds_config', 'http', /^http\.[^.]+\.scoped_rds\.(([\w.-]+)\.)\w+$/),
  segmentRule('envoy.grpc_bridge_method', 'cluster', ANY, 'grpc', ANY, VALUE),
  segmentRule('envoy.http_user_agent', 'http', ANY, 'user_agent', VALUE),
  segmentRule('envoy.virtual_cluster', 'vhost', ANY, 'vcluster', VALUE),
  segmentRule('envoy.fault_downstream_cluster', 'http', ANY, 'fault', VALUE),
  lastSegmentRule('envoy.ssl_cipher', 'listener', ['ssl', 'ciphers'], /^[\w-]+$/),
  ...tlsRules('listener'),
  ...tlsRules('cluster'),
  suffixRule(
    'envoy.ssl_version',
    '.ssl.versions.',
    /^(?:listener|cluster)\..*\.ssl\.versions(\.(TLSv\d\.\d))$/,
  ),
  patternRule('envoy.tls_certificate', 'listener', /^listener\..*?\.ssl\.certificate\.(([^.]+)\.)/),
  segmentRule('envoy.tls_certificate', 'cluster', ANY, 'ssl', 'certificate', VALUE),
  lastSegmentRule('envoy.ssl_cipher_suite', 'cluster', ['ssl', 'ciphers'], /^[\w-]+$/),
  segmentRule('envoy.grpc_bridge_service', 'cluster', ANY, 'grpc', VALUE),
  segmentRule('envoy.tcp_prefix', 'tcp', VALUE),
  segmentRule('envoy.udp_prefix', 'udp', VALUE),
  segmentRule('envoy.clientssl_prefix', 'auth', 'clientssl', VALUE),
  segmentRule('envoy.ratelimit_prefix', 'ratelimit', VALUE),
  segmentRule('envoy.cluster_name', 'cluster', VALUE),
  patternRule('envoy.http_conn_manager_prefix', 'listener', /^listener\..*?\.http\.(([^.]+)\.)/),
  segmentRule('envoy.ext_authz_prefix', 'cluster', ANY, 'ext_authz', VALUE),
  segmentRule('envoy.ext_authz_prefix', 'http', ANY, 'ext_authz', VALUE),
  segmentRule('envoy.http_conn_manager_prefix', 'http', VALUE),
  patternRule('envoy.worker_id', 'listener', /^listener\..*?\.worker_((\d+)\.)/),
  workerRule('server'),
  workerRule('listener_manager'),
  workerRule('thread_local_cluster_manager'),
  listenerAddressRule(),
  segmentRule('envoy.virtual_host', 'vhost', VALUE),
  segmentRule('envoy.route', 'vhost', ANY, 'route', VALUE),
  segmentRule('envoy.local_http_ratelimit_prefix', VALUE, 'http_local_rate_limit'),
  segmentRule('envoy.local_network_ratelimit_prefix', 'local_rate_limit', VALUE),
  segmentRule('envoy.local_listener_ratelimit_prefix', 'listener_local_ratelimit', VALUE),
  segmentRule('envoy.connection_limit_prefix', 'connection_limit', VALUE),
  segmentRule('envoy.dns_filter_prefix', 'dns_filter', VALUE),
  segmentRule('envoy.xds_resource_name', 'sds', VALUE),
];

function tlsRules(firstSegment: string): TagRule[] {
  return [
    lastSegmentRule('envoy.ssl_curve', firstSegment, ['ssl', 'curves'], /^[\w-]+$/),
    lastSegmentRule('envoy.ssl_sigalg', firstSegment, ['ssl', 'sigalgs'], /^[\w-]+$/),
  ];
}

function workerRule(firstSegment: string): TagRule {
  const pattern = new RegExp(`^${firstSegment}\\.worker_((\\d+)\\.)`);
  return patternRule('envoy.worker_id', firstSegment, pattern);
}

/** `http.<prefix>.rbac.<prefix of its rules>.`; `policy` there begins the name of a policy. */
function rbacPrefixRule(): TagRule {
  const rule = segmentRule('envoy.rbac_http_prefix', 'http', ANY, 'rbac', VALUE);
  return {
    ...rule,
    find: (name) => {
      const found = rule.find(name);
      return found?.value === 'policy' ? undefined : found;
    },
  };
}

/** A listener is named by its address, which has dots of its own, or by its `stat_prefix`. */
function listenerAddressRule(): TagRule {
  const address = String.raw`(?:\d{1,3}(?:\.\d{1,3}){3}|\[[a-fA-F_\d]+\])_\d+`;
  const pattern = new RegExp(`^listener\\.((${address}|[^.]+)\\.)`);
  const rule = patternRule('envoy.listener_address', 'listener', pattern);
  return {
    ...rule,
    find: (name) => {
      const found = rule.find(name);
      return found?.value === 'admin' ? undefined : found;
    },
  };
}
