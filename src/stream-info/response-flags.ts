/**
 * Why a response is not simply the upstream's: one bit each, so that a stream can carry several.
 * The letters are Envoy's (%RESPONSE_FLAGS%), the long names its %RESPONSE_FLAGS_LONG%.
 */
export const ResponseFlag = {
  failedLocalHealthCheck: 1 << 0,
  noHealthyUpstream: 1 << 1,
  upstreamRequestTimeout: 1 << 2,
  localReset: 1 << 3,
  upstreamRemoteReset: 1 << 4,
  upstreamConnectionFailure: 1 << 5,
  upstreamConnectionTermination: 1 << 6,
  upstreamOverflow: 1 << 7,
  noRouteFound: 1 << 8,
  delayInjected: 1 << 9,
  faultInjected: 1 << 10,
  rateLimited: 1 << 11,
  unauthorizedExternalService: 1 << 12,
  rateLimitServiceError: 1 << 13,
  downstreamConnectionTermination: 1 << 14,
  upstreamRetryLimitExceeded: 1 << 15,
  streamIdleTimeout: 1 << 16,
  invalidEnvoyRequestHeaders: 1 << 17,
  downstreamProtocolError: 1 << 18,
  upstreamMaxStreamDurationReached: 1 << 19,
  responseFromCacheFilter: 1 << 20,
  noFilterConfigFound: 1 << 21,
  durationTimeout: 1 << 22,
  upstreamProtocolError: 1 << 23,
  noClusterFound: 1 << 24,
  overloadManager: 1 << 25,
  dnsResolutionFailed: 1 << 26,
  dropOverLoad: 1 << 27,
  downstreamRemoteReset: 1 << 28,
  unconditionalDropOverload: 1 << 29,
} as const;

/** A flag by its name in code; logs have short and long names of their own. */
export type ResponseFlagName = keyof typeof ResponseFlag;

/** In the order in which Envoy prints them. */
const NAMES: readonly (readonly [name: ResponseFlagName, short: string, long: string])[] = [
  ['failedLocalHealthCheck', 'LH', 'FailedLocalHealthCheck'],
  ['noHealthyUpstream', 'UH', 'NoHealthyUpstream'],
  ['upstreamRequestTimeout', 'UT', 'UpstreamRequestTimeout'],
  ['localReset', 'LR', 'LocalReset'],
  ['upstreamRemoteReset', 'UR', 'UpstreamRemoteReset'],
  ['upstreamConnectionFailure', 'UF', 'UpstreamConnectionFailure'],
  ['upstreamConnectionTermination', 'UC', 'UpstreamConnectionTermination'],
  ['upstreamOverflow', 'UO', 'UpstreamOverflow'],
  ['noRouteFound', 'NR', 'NoRouteFound'],
  ['delayInjected', 'DI', 'DelayInjected'],
  ['faultInjected', 'FI', 'FaultInjected'],
  ['rateLimited', 'RL', 'RateLimited'],
  ['unauthorizedExternalService', 'UAEX', 'UnauthorizedExternalService'],
  ['rateLimitServiceError', 'RLSE', 'RateLimitServiceError'],
  ['downstreamConnectionTermination', 'DC', 'DownstreamConnectionTermination'],
  ['upstreamRetryLimitExceeded', 'URX', 'UpstreamRetryLimitExceeded'],
  ['streamIdleTimeout', 'SI', 'StreamIdleTimeout'],
  ['invalidEnvoyRequestHeaders', 'IH', 'InvalidEnvoyRequestHeaders'],
  ['downstreamProtocolError', 'DPE', 'DownstreamProtocolError'],
  ['upstreamMaxStreamDurationReached', 'UMSDR', 'UpstreamMaxStreamDurationReached'],
  ['responseFromCacheFilter', 'RFCF', 'ResponseFromCacheFilter'],
  ['noFilterConfigFound', 'NFCF', 'NoFilterConfigFound'],
  ['durationTimeout', 'DT', 'DurationTimeout'],
  ['upstreamProtocolError', 'UPE', 'UpstreamProtocolError'],
  ['noClusterFound', 'NC', 'NoClusterFound'],
  ['overloadManager', 'OM', 'OverloadManagerTerminated'],
  ['dnsResolutionFailed', 'DF', 'DnsResolutionFailed'],
  ['dropOverLoad', 'DO', 'DropOverload'],
  ['downstreamRemoteReset', 'DR', 'DownstreamRemoteReset'],
  ['unconditionalDropOverload', 'UDO', 'UnconditionalDropOverload'],
];

/** `-` when no flag is set, otherwise the short names joined by commas. */
export function formatResponseFlags(flags: number): string {
  return flags === 0 ? '-' : joinFlags(flags, 1);
}

/** `-` when no flag is set, otherwise the long names joined by commas. */
export function formatResponseFlagsLong(flags: number): string {
  return flags === 0 ? '-' : joinFlags(flags, 2);
}

/** The bit of a short name as access-log filters spell it; undefined for an unknown one. */
export function responseFlagBit(short: string): number | undefined {
  const row = NAMES.find(([, known]) => known === short);
  return row && ResponseFlag[row[0]];
}

function joinFlags(flags: number, column: 1 | 2): string {
  let joined = '';
  for (const row of NAMES) {
    if ((flags & ResponseFlag[row[0]]) === 0) continue;
    joined += joined === '' ? row[column] : `,${row[column]}`;
  }
  return joined;
}
