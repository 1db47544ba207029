import type { PathConfig } from '#connection-manager/connection-manager-config.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { LocalReply } from '#connection-manager/filter.ts';
import type { HttpConnectionManager } from '#connection-manager/http-connection-manager.ts';
import { isGrpcRequest } from '#http/grpc-status.ts';
import { mergeSlashes, normalizePath, unescapeSlashes } from '#http/path-normalization.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

const { field } = connectionManagerStats;
const SLASH = 0x2f;

const LOW_VERSION: LocalReply = { status: 426, body: '', details: 'low_version' };
const MISSING_HOST: LocalReply = { status: 400, body: '', details: 'missing_host_header' };
const MISSING_PATH: LocalReply = { status: 404, body: '', details: 'missing_path' };
const ABSOLUTE_PATH: LocalReply = { status: 404, body: '', details: 'absolute_path_rejected' };
const INVALID_PATH: LocalReply = { status: 400, body: '', details: 'path_normalization_failed' };

/**
 * What is refused before any filter sees it, in Envoy's order; nothing for a request that may
 * pass, whose path is normalised afterwards as configured.
 */
export function checkRequest(
  headers: RequestHeaders,
  info: StreamInfo,
  manager: HttpConnectionManager,
): LocalReply | undefined {
  const { config } = manager;
  if (info.protocol === 'HTTP/1.0') {
    const { acceptHttp10, defaultHostForHttp10 } = config.http1;
    if (!acceptHttp10) return LOW_VERSION;
    if (headers.authority === '') headers.authority = defaultHostForHttp10;
  }
  if (headers.authority === '') return MISSING_HOST;
  const { path } = headers;
  if (path.charCodeAt(0) !== SLASH) {
    if (path !== '') {
      manager.stats.inc(field.downstream_rq_non_relative_path);
      return ABSOLUTE_PATH;
    }
    return headers.method === 'CONNECT' ? undefined : MISSING_PATH;
  }
  if (!manager.normalizesPath && !path.includes('#')) return undefined;
  return checkPath(headers, manager);
}

/** Whether `checkPath` may change a path, or refuse one for more than its fragment. */
export function normalizesPath(config: PathConfig): boolean {
  return (
    config.normalize || config.mergeSlashes || config.withEscapedSlashesAction !== 'KEEP_UNCHANGED'
  );
}

function checkPath(
  headers: RequestHeaders,
  { config: { path: config }, stats }: HttpConnectionManager,
): LocalReply | undefined {
  const outcome = rewritePath(headers, config);
  if (outcome === 'continue') return undefined;
  // gRPC clients follow no redirects.
  if (outcome === 'reject' || isGrpcRequest(headers)) {
    stats.inc(field.downstream_rq_failed_path_normalization);
    return INVALID_PATH;
  }
  stats.inc(field.downstream_rq_redirected_with_normalized_path);
  return {
    status: 307,
    body: '',
    details: 'path_normalization_failed',
    modifyHeaders: (response) => response.set('location', headers.path),
  };
}

function rewritePath(
  headers: RequestHeaders,
  config: PathConfig,
): 'continue' | 'reject' | 'redirect' {
  // RFC 9110 section 4.2.4: a fragment is no part of a request target.
  if (headers.path.includes('#')) return 'reject';
  let outcome: 'continue' | 'redirect' = 'continue';
  const { withEscapedSlashesAction } = config;
  if (withEscapedSlashesAction !== 'KEEP_UNCHANGED') {
    const unescaped = unescapeSlashes(headers.path);
    if (unescaped !== headers.path) {
      headers.path = unescaped;
      if (withEscapedSlashesAction === 'REJECT_REQUEST') return 'reject';
      if (withEscapedSlashesAction === 'UNESCAPE_AND_REDIRECT') outcome = 'redirect';
    }
  }
  if (config.normalize) {
    const normalized = normalizePath(headers.path);
    if (normalized === undefined) return 'reject';
    headers.path = normalized;
  }
  // Afterwards, since normalising can bring slashes together.
  if (config.mergeSlashes) headers.path = mergeSlashes(headers.path);
  return outcome;
}
