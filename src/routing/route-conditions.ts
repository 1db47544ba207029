import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import { isGrpcRequest } from '#http/grpc-status.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { buildMetadataMatcher } from '#matching/metadata-matcher.ts';
import { buildCookieMatcher } from '#routing/cookie-matcher.ts';
import { buildHeaderMatcher } from '#routing/header-matcher.ts';
import { buildQueryParameterMatcher } from '#routing/query-parameter-matcher.ts';
import type { RouteMatchConfig, TlsContextMatchConfig } from '#routing/route-config.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** What a route asks for besides its path. */
export type Condition = (headers: RequestHeaders, info: StreamInfo, random: number) => boolean;

/** The conditions of a route, all of which must hold. */
export function buildConditions(match: RouteMatchConfig, runtime: RuntimeSnapshot): Condition[] {
  const conditions: Condition[] = [];
  const { runtimeFraction, tlsContext } = match;
  if (runtimeFraction !== undefined) {
    const { key, fallback } = runtimeFraction;
    conditions.push((_headers, _info, random) => runtime.featureEnabled(key, fallback, random));
  }
  if (match.isGrpcOnly) conditions.push(isGrpcRequest);
  conditions.push(...match.headers.map(buildHeaderMatcher));
  conditions.push(...match.cookies.map(buildCookieMatcher));
  for (const matches of match.queryParameters.map(buildQueryParameterMatcher)) {
    conditions.push(({ path }) => matches(path));
  }
  if (tlsContext !== undefined) conditions.push(buildTlsCondition(tlsContext));
  for (const matches of match.dynamicMetadata.map(buildMetadataMatcher)) {
    conditions.push((_headers, info) => matches(info.dynamicMetadata));
  }
  return conditions;
}

function buildTlsCondition({ presented, validated }: TlsContextMatchConfig): Condition {
  return (_headers, info) => {
    const { tls } = info.downstream;
    const isPresented = tls?.peerCertificatePresented ?? false;
    const isValidated = tls?.peerCertificateValidated ?? false;
    return (
      (presented === undefined || presented === isPresented) &&
      (validated === undefined || validated === isValidated)
    );
  };
}
