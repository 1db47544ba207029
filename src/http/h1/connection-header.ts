import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

export type ConnectionHeaderDefect = 'connectionHeaderRejected';

/** Envoy's limits: as many named fields, and as long a `te`. */
const NAMED_MAX = 10;
const TE_LENGTH_MAX = 256;

/** What may stand in `connection` without being the name of a field to remove. */
const OPTIONS: ReadonlySet<string> = new Set(['close', 'keep-alive', 'upgrade', 'http2-settings']);

/** Fields whose removal would hide where a request comes from. */
const FORWARDING: ReadonlySet<string> = new Set([
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/** The lower-case members of a comma-separated list, empty ones left out. */
function membersOf(list: string): string[] {
  const members: string[] = [];
  for (const part of list.split(',')) {
    const member = part.trim().toLowerCase();
    if (member !== '') members.push(member);
  }
  return members;
}

/** Whether the connection is to end after this message, or to stay (HTTP/1.0 has to say so). */
export function connectionOption(headers: HeaderMap): 'close' | 'keepAlive' | 'none' {
  const value = headers.getKnown(HeaderName.connection);
  if (value === undefined) return 'none';
  if (value === 'keep-alive') return 'keepAlive';
  const members = membersOf(value);
  if (members.includes('close')) return 'close';
  return members.includes('keep-alive') ? 'keepAlive' : 'none';
}

/**
 * Removes the fields that `connection` names (RFC 9110 section 7.6.1). As in Envoy, a request that
 * would so remove what tells its origin, or names very many fields, is refused; `te` loses all but
 * `trailers`.
 */
export function removeNamedFields(headers: RequestHeaders): ConnectionHeaderDefect | undefined {
  const value = headers.getKnown(HeaderName.connection);
  if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;
  const members = membersOf(value);
  if (members.length >= NAMED_MAX) return 'connectionHeaderRejected';
  const kept: string[] = [];
  for (const name of members) {
    if (OPTIONS.has(name)) {
      kept.push(name);
      continue;
    }
    if (FORWARDING.has(name) || name.includes(':')) return 'connectionHeaderRejected';
    if (name === 'host') headers.authority = '';
    else if (name === 'te') {
      if (!keepTrailersOfTe(headers)) return 'connectionHeaderRejected';
    } else if (name !== 'connection') headers.remove(name);
  }
  if (kept.length === members.length) return undefined;
  if (kept.length === 0) headers.removeKnown(HeaderName.connection);
  else headers.set('connection', kept.join(','));
  return undefined;
}

function keepTrailersOfTe(headers: RequestHeaders): boolean {
  const te = headers.getJoined('te');
  if (te === undefined) return true;
  if (te.length >= TE_LENGTH_MAX) return false;
  if (membersOf(te).includes('trailers')) headers.set('te', 'trailers');
  else headers.removeKnown(HeaderName.te);
  return true;
}

/**
 * Forgets a wish for HTTP/2 without TLS, which is not served here and has been taken out of HTTP
 * (RFC 9113 section 3.1): the request goes on as what it also is.
 */
export function removeUpgrade(headers: HeaderMap): void {
  headers.removeKnown(HeaderName.upgrade);
  headers.removeKnown(HeaderName['http2-settings']);
  const value = headers.getKnown(HeaderName.connection);
  if (value === undefined) return;
  const kept = membersOf(value).filter((each) => each !== 'upgrade' && each !== 'http2-settings');
  if (kept.length === 0) headers.removeKnown(HeaderName.connection);
  else headers.set('connection', kept.join(','));
}
