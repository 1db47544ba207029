import type { RequestHeaders } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RouterFilterConfig } from '#http/router-filter-config.ts';
import type { RouteEntry } from '#routing/route.ts';

export interface FinalTimeouts {
  /** For the whole answer, in milliseconds; 0 is none. */
  readonly globalMs: number;
  readonly perTryMs: number;
  /** Instead of 504, where the client asked for it. */
  readonly alternateStatus: number | undefined;
}

const NUMBER = /^[0-9]+$/;

/**
 * What the route and the trusted headers of the request say about timeouts; tells the upstream by
 * `x-envoy-expected-rq-timeout-ms` (Envoy's `FilterUtility::finalTimeout`).
 */
export function finalTimeouts(
  entry: RouteEntry,
  headers: RequestHeaders,
  config: RouterFilterConfig,
): FinalTimeouts {
  let globalMs = entry.timeoutMs;
  let perTryMs = 0;
  const expected = config.respectExpectedRqTimeout
    ? readNumber(headers, HeaderName['x-envoy-expected-rq-timeout-ms'])
    : undefined;
  if (expected !== undefined) globalMs = expected;
  const wanted = readNumber(headers, HeaderName['x-envoy-upstream-rq-timeout-ms']);
  if (wanted !== undefined) {
    globalMs = wanted;
    headers.removeKnown(HeaderName['x-envoy-upstream-rq-timeout-ms']);
  }
  const wantedPerTry = readNumber(headers, HeaderName['x-envoy-upstream-rq-per-try-timeout-ms']);
  if (wantedPerTry !== undefined) {
    perTryMs = wantedPerTry;
    headers.removeKnown(HeaderName['x-envoy-upstream-rq-per-try-timeout-ms']);
  }
  if (globalMs > 0 && perTryMs >= globalMs) perTryMs = 0;
  const told = perTryMs > 0 ? perTryMs : globalMs;
  if (told > 0 && !config.suppressEnvoyHeaders) {
    headers.set('x-envoy-expected-rq-timeout-ms', String(told));
  }
  const alternate = HeaderName['x-envoy-upstream-rq-timeout-alt-response'];
  const alternateStatus = headers.removeKnown(alternate) ? 204 : undefined;
  return { globalMs, perTryMs, alternateStatus };
}

function readNumber(headers: RequestHeaders, id: number): number | undefined {
  if (!headers.hasKnown(id)) return undefined;
  const text = headers.getKnown(id) as string;
  return NUMBER.test(text) ? Number(text) : undefined;
}
