const CERTIFICATE_FIELDS = [
  'CERT',
  'CERT_V_END',
  'CERT_V_START',
  'CHAIN_FINGERPRINTS_1',
  'CHAIN_FINGERPRINTS_256',
  'CHAIN_SERIALS',
  'DNS_SAN',
  'EMAIL_SAN',
  'FINGERPRINT_1',
  'FINGERPRINT_256',
  'IP_SAN',
  'ISSUER',
  'ISSUER_FINGERPRINT_256',
  'ISSUER_SERIAL',
  'OTHERNAME_SAN',
  'SERIAL',
  'SUBJECT',
  'URI_SAN',
];

/**
 * Operators of Envoy 1.40 that Proa does not know yet, and what they need. They are refused by name
 * instead of as misspelt.
 */
export const refusedOperators: Readonly<Record<string, string>> = Object.fromEntries([
  ...because('TLS', [
    ...['DOWNSTREAM', 'UPSTREAM'].flatMap((side) =>
      CERTIFICATE_FIELDS.flatMap((field) => [`${side}_PEER_${field}`, `${side}_LOCAL_${field}`]),
    ),
    'DOWNSTREAM_TLS_CIPHER',
    'DOWNSTREAM_TLS_GROUP',
    'DOWNSTREAM_TLS_SESSION_ID',
    'DOWNSTREAM_HANDSHAKE_DURATION',
    'UPSTREAM_TLS_CIPHER',
    'UPSTREAM_TLS_GROUP',
    'UPSTREAM_TLS_SESSION_ID',
    'UPSTREAM_TLS_VERSION',
    'UPSTREAM_SERVER_NAME',
    'TLS_JA3_FINGERPRINT',
    'TLS_JA4_FINGERPRINT',
  ]),
  ...because('tracing', ['TRACE_ID', 'SPAN_ID']),
  ...because('filter state of upstream connections', ['UPSTREAM_FILTER_STATE']),
  ...because('the Common Expression Language', ['CEL', 'TYPED_CEL']),
  ...because('the round-trip time from the kernel, which Node does not tell', [
    'DOWNSTREAM_CX_RTT',
  ]),
]);

function because(need: string, names: readonly string[]): [name: string, need: string][] {
  return names.map((name) => [name, need]);
}
