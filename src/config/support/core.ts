import { type SupportTable, supported } from '#config/support/message-support.ts';

const shown = 'opaque';

/** What messages of every family are made of. */
export const coreSupport: SupportTable = {
  'envoy.config.core.v3.Node': {
    id: shown,
    cluster: shown,
    metadata: shown,
    locality: shown,
    dynamic_parameters: shown,
    user_agent_name: shown,
    user_agent_version: shown,
    user_agent_build_version: shown,
    extensions: shown,
    client_features: shown,
    listening_addresses: shown,
  },
  'envoy.config.core.v3.Locality': supported('region', 'zone', 'sub_zone'),
  'envoy.config.core.v3.Metadata': {
    filter_metadata: 'supported',
    typed_filter_metadata: 'opaque',
  },
  'envoy.config.core.v3.Address': supported('socket_address', 'pipe'),
  'envoy.config.core.v3.SocketAddress': {
    ...supported('address', 'port_value', 'ipv4_compat'),
    protocol: { values: ['TCP'] },
  },
  'envoy.config.core.v3.Pipe': supported('path'),
  'envoy.config.core.v3.CidrRange': supported('address_prefix', 'prefix_len'),
  'envoy.config.core.v3.TcpKeepalive': supported(
    'keepalive_probes',
    'keepalive_time',
    'keepalive_interval',
  ),
  'envoy.config.core.v3.TypedExtensionConfig': supported('name', 'typed_config'),
  'envoy.config.core.v3.TransportSocket': supported('name', 'typed_config'),
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer': {},
  'envoy.config.core.v3.DataSource': supported(
    'filename',
    'inline_bytes',
    'inline_string',
    'environment_variable',
  ),
  'envoy.config.core.v3.RuntimeFractionalPercent': supported('default_value', 'runtime_key'),
  'envoy.config.core.v3.RuntimeUInt32': supported('default_value', 'runtime_key'),
  'envoy.config.core.v3.RuntimeDouble': {
    default_value: 'supported',
    runtime_key: { warned: 'the default value counts' },
  },
  'envoy.config.core.v3.HeaderValue': supported('key', 'value'),
  'envoy.config.core.v3.HeaderValueOption': supported(
    'header',
    'append',
    'append_action',
    'keep_empty_value',
  ),
  'envoy.config.core.v3.SubstitutionFormatString': {
    ...supported(
      'text_format',
      'json_format',
      'text_format_source',
      'omit_empty_values',
      'content_type',
    ),
    json_format_options: { warned: 'the keys of an object are always sorted' },
  },
  'envoy.config.core.v3.HttpProtocolOptions': supported(
    'idle_timeout',
    'max_connection_duration',
    'max_headers_count',
    'max_stream_duration',
    'headers_with_underscores_action',
    'max_requests_per_connection',
    'max_response_headers_kb',
  ),
  'envoy.config.core.v3.Http1ProtocolOptions': {
    ...supported(
      'allow_absolute_url',
      'accept_http_10',
      'default_host_for_http_10',
      'header_key_format',
      'enable_trailers',
      'allow_chunked_length',
      'override_stream_error_on_invalid_http_message',
      'send_fully_qualified_url',
      'allow_custom_methods',
    ),
    use_balsa_parser: { warned: 'Proa has a parser of its own' },
  },
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat': supported(
    'proper_case_words',
    'stateful_formatter',
  ),
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords': {},
  'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig': supported(
    'forward_reason_phrase',
    'formatter_type_on_envoy_headers',
  ),
  'envoy.config.core.v3.SchemeHeaderTransformation': supported(
    'scheme_to_overwrite',
    'match_upstream',
  ),
  'envoy.type.v3.Percent': supported('value'),
  'envoy.type.v3.FractionalPercent': supported('numerator', 'denominator'),
  'envoy.type.v3.Int64Range': supported('start', 'end'),
};
