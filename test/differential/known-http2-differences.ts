import type { KnownDifference } from './known-differences.ts';

/** Scenarios of HTTP/2 and gRPC in which Proa means to differ from Envoy. */
export const knownHttp2Differences: readonly KnownDifference[] = [];
