/** The methods that Envoy takes unless it is told to take any. */
const METHODS: ReadonlySet<string> = new Set([
  'ACL',
  'BIND',
  'CHECKOUT',
  'CONNECT',
  'COPY',
  'DELETE',
  'GET',
  'HEAD',
  'LINK',
  'LOCK',
  'MERGE',
  'MKACTIVITY',
  'MKCALENDAR',
  'MKCOL',
  'MOVE',
  'MSEARCH',
  'NOTIFY',
  'OPTIONS',
  'PATCH',
  'POST',
  'PROPFIND',
  'PROPPATCH',
  'PURGE',
  'PUT',
  'QUERY',
  'REBIND',
  'REPORT',
  'SEARCH',
  'SOURCE',
  'SUBSCRIBE',
  'TRACE',
  'UNBIND',
  'UNLINK',
  'UNLOCK',
  'UNSUBSCRIBE',
]);

export function isKnownMethod(method: string): boolean {
  return method === 'GET' || method === 'POST' || METHODS.has(method);
}

/** The common methods without cutting a new string for each request. */
export function methodOf(text: string, length: number): string {
  if (length === 3 && text.startsWith('GET')) return 'GET';
  if (length === 4 && text.startsWith('POST')) return 'POST';
  return text.substring(0, length);
}

/**
 * Whether a request without a body says `content-length: 0`: RFC 9110 section 8.6 wants it where
 * the method gives a body a meaning. As Envoy does it.
 */
export function announcesEmptyBody(method: string): boolean {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'DELETE':
    case 'CONNECT':
    case 'TRACE':
      return false;
    default:
      return true;
  }
}
