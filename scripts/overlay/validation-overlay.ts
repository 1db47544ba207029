import type { FileAdditions } from '../proto-overlay.ts';

/** What the shipped protos lack of protoc-gen-validate itself. */
export const validationOverlay: Readonly<Record<string, FileAdditions>> = {
  'validate/validate.proto': {
    StringRules: ['optional bool ignore_empty = 26;'],
    BytesRules: ['optional bool ignore_empty = 14;'],
    RepeatedRules: ['optional bool ignore_empty = 5;'],
    MapRules: ['optional bool ignore_empty = 6;'],
  },
};

const responseFlags =
  'LH UH UT LR UR UF UC UO NR DI FI RL UAEX RLSE DC URX SI IH DPE UMSDR RFCF NFCF DT UPE NC OM DF DO DR UDO';

/**
 * Validation rules that changed since the shipped protos: by file, then `Message.field`, the rules
 * as they are now ('' where there are none any more).
 */
export const changedRules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'envoy/config/accesslog/v3/accesslog.proto': {
    'ResponseFlagFilter.flags': `(validate.rules).repeated = {items: {string: {in: [${responseFlags
      .split(' ')
      .map((flag) => `"${flag}"`)
      .join(', ')}]}}}`,
  },
  'envoy/config/cluster/v3/cluster.proto': {
    'Cluster.health_checks': '(validate.rules).repeated = {max_items: 8}',
  },
  'envoy/config/core/v3/base.proto': {
    'RuntimeUInt32.runtime_key': '',
    'RuntimePercent.runtime_key': '',
    'RuntimeDouble.runtime_key': '',
    'RuntimeFeatureFlag.runtime_key': '',
    'KeyValueAppend.entry': '',
  },
  'envoy/config/metrics/v3/stats.proto': {
    'HistogramBucketSettings.buckets':
      '(validate.rules).repeated = {unique: true, items: {double: {gt: 0.0}}}',
  },
  'envoy/config/trace/v3/zipkin.proto': {
    'ZipkinConfig.collector_cluster': '',
    'ZipkinConfig.collector_endpoint': '',
  },
  'envoy/extensions/filters/http/ext_authz/v3/ext_authz.proto': {
    'ExtAuthzPerRoute.disabled': '',
  },
  'envoy/extensions/filters/http/ext_proc/v3/ext_proc.proto': {
    'ExternalProcessor.grpc_service': '',
  },
  'envoy/extensions/filters/http/jwt_authn/v3/config.proto': {
    'JwtClaimToHeader.claim_name': '',
  },
  'envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto': {
    'Rds.config_source': '',
  },
  'envoy/extensions/transport_sockets/tls/v3/common.proto': {
    'CertificateProviderPluginInstance.instance_name': '(validate.rules).string = {min_len: 1}',
  },
  'envoy/type/v3/token_bucket.proto': {
    'TokenBucket.max_tokens': '',
  },
};
