import { HeaderName, type KnownHeaderName, knownHeaderNames } from '#http/known-headers.ts';

/** In messages of both directions. */
const COMMON: readonly KnownHeaderName[] = [
  'cache-control',
  'connection',
  'content-encoding',
  'content-type',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'via',
  'x-envoy-attempt-count',
  'x-request-id',
];

const REQUEST: readonly KnownHeaderName[] = [
  ...COMMON,
  'accept',
  'accept-encoding',
  'authorization',
  'expect',
  'origin',
  'referer',
  'te',
  'user-agent',
  'x-client-trace-id',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-external-address',
  'x-envoy-force-trace',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-internal',
  'x-envoy-ip-tags',
  'x-envoy-is-timeout-retry',
  'x-envoy-max-retries',
  'x-envoy-original-path',
  'x-envoy-retriable-header-names',
  'x-envoy-retriable-status-codes',
  'x-envoy-retry-grpc-on',
  'x-envoy-retry-on',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-stream-duration-ms',
  'x-forwarded-client-cert',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
];

const RESPONSE: readonly KnownHeaderName[] = [
  ...COMMON,
  'date',
  'grpc-status',
  'location',
  'server',
  'vary',
  'x-envoy-upstream-service-time',
];

function tableOf(names: readonly KnownHeaderName[]): Uint8Array {
  const table = new Uint8Array(knownHeaderNames.length);
  for (const name of names) table[HeaderName[name]] = 1;
  return table;
}

/**
 * The headers (by id) of which Envoy keeps one line: more of them are joined with commas as they
 * are read, which RFC 9110 section 5.3 allows. So nobody has to look for a second one.
 */
export const inlineRequestHeaders: Uint8Array = tableOf(REQUEST);
export const inlineResponseHeaders: Uint8Array = tableOf(RESPONSE);

/** For messages of which no lines are joined. */
export const nothingInline: Uint8Array = tableOf([]);
