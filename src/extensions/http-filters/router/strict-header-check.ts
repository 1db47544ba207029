import type { LocalReply } from '#connection-manager/filter.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

const WHOLE_NUMBER = /^[0-9]{1,20}$/;
const RETRY_ON = new Set([
  '5xx',
  'gateway-error',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'reset',
  'reset-before-request',
  'http3-post-connect-failure',
]);
const RETRY_GRPC_ON = new Set([
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** What the router can be told to check, by header name (`strict_check_headers`). */
const CHECKS: Readonly<Record<string, (value: string) => boolean>> = {
  'x-envoy-upstream-rq-timeout-ms': isWholeNumber,
  'x-envoy-upstream-rq-per-try-timeout-ms': isWholeNumber,
  'x-envoy-max-retries': isWholeNumber,
  'x-envoy-retry-on': (value) => isListOf(RETRY_ON, value),
  'x-envoy-retry-grpc-on': (value) => isListOf(RETRY_GRPC_ON, value),
};

function isWholeNumber(value: string): boolean {
  return WHOLE_NUMBER.test(value);
}

function isListOf(words: ReadonlySet<string>, value: string): boolean {
  return value.split(',').every((word) => words.has(word.trim()));
}

/** The refusal of a request one of whose headers is malformed; nothing if none is. */
export function refuseMalformedHeader(
  headers: RequestHeaders,
  names: readonly string[],
): LocalReply | undefined {
  for (const name of names) {
    const value = headers.get(name);
    if (value === undefined || CHECKS[name]?.(value) !== false) continue;
    return {
      status: 400,
      body: `invalid header '${name}' with value '${value}'`,
      details: `request_headers_failed_strict_check{${name}}`,
    };
  }
  return undefined;
}
