import type { JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import { ResponseHeaders } from '#http/response-headers.ts';
import {
  fieldsOf,
  type RequestLike,
  requestOf,
  streamInfo,
  tableOf,
  tableOfRoutes,
} from '../tools/route-tools.ts';

/* Expectations are what Envoy 1.40 answered. */

function redirect(
  match: Record<string, JsonValue>,
  action: Record<string, JsonValue>,
  request: RequestLike,
): string {
  const headers = requestOf(request);
  const route = tableOfRoutes([{ match, redirect: action }]).match(headers, streamInfo(), 0);
  if (route?.action.kind !== 'redirect') throw new Error('the request is not redirected');
  route.action.rewritePath(headers, true);
  return `${route.action.status} ${route.action.location(headers, streamInfo())}`;
}

t.test('locations are built from the request and the action', async (t) => {
  const regexRewrite = { pattern: { regex: '/re/(.*)' }, substitution: '/x/\\1' };
  const rows: readonly (readonly [
    match: Record<string, JsonValue>,
    action: Record<string, JsonValue>,
    path: string,
    expected: string,
  ])[] = [
    [{ prefix: '/' }, { httpsRedirect: true }, '/a?b', '301 https://h/a?b'],
    [{ prefix: '/' }, { schemeRedirect: 'ftp' }, '/a', '301 ftp://h/a'],
    [{ prefix: '/' }, { hostRedirect: 'new.com' }, '/a?b', '301 http://new.com/a?b'],
    [{ prefix: '/' }, { portRedirect: 8443 }, '/a', '301 http://h:8443/a'],
    [{ prefix: '/' }, { httpsRedirect: true, portRedirect: 443 }, '/a', '301 https://h:443/a'],
    [{ prefix: '/' }, { pathRedirect: '/np' }, '/a?q', '301 http://h/np?q'],
    [{ prefix: '/' }, { pathRedirect: '/np' }, '/a', '301 http://h/np'],
    [{ prefix: '/' }, { pathRedirect: '/np?z=1' }, '/a?q', '301 http://h/np?z=1'],
    [{ prefix: '/' }, { pathRedirect: '/np?z=1', stripQuery: true }, '/a?q', '301 http://h/np?z=1'],
    [{ prefix: '/' }, { pathRedirect: '/np', stripQuery: true }, '/a?q', '301 http://h/np'],
    [{ prefix: '/' }, { stripQuery: true }, '/a?q', '301 http://h/a'],
    [{ prefix: '/prefix/' }, { prefixRewrite: '/pr' }, '/prefix/a?b', '301 http://h/pra?b'],
    [{ prefix: '/re/' }, { regexRewrite }, '/re/a/b?c', '301 http://h/x/a/b?c'],
    [{ prefix: '/' }, { responseCode: 'FOUND' }, '/a', '302 http://h/a'],
    [{ prefix: '/' }, { responseCode: 'SEE_OTHER' }, '/a', '303 http://h/a'],
    [{ prefix: '/' }, { responseCode: 'TEMPORARY_REDIRECT' }, '/a', '307 http://h/a'],
    [{ prefix: '/' }, { responseCode: 'PERMANENT_REDIRECT' }, '/a', '308 http://h/a'],
    [{ prefix: '/' }, { httpsRedirect: false, hostRedirect: 'q' }, '/a', '301 http://q/a'],
  ];
  for (const [match, action, path, expected] of rows) {
    t.equal(redirect(match, action, { host: 'h', path }), expected, JSON.stringify(action));
  }
});

t.test('a path is formatted from the request', async (t) => {
  const at = (pathRewrite: string, path: string, more: Record<string, JsonValue> = {}) =>
    redirect(
      { prefix: '/' },
      { pathRewrite, ...more },
      { host: 'h', path, headers: [['x-a', 'one']] },
    );
  t.equal(at('/new/%REQ(x-a)%', '/a?q'), '301 http://h/new/one?q');
  t.equal(at('/new/%REQ(x-a)%', '/a?q', { stripQuery: true }), '301 http://h/new/one');
  t.equal(at('/new?x=%REQ(x-a)%', '/a?q'), '301 http://h/new?x=one', 'its own query wins');
  t.equal(at('%REQ(x-a)%', '/a?q'), '301 http://h/one?q', 'a path begins with a slash');
  t.equal(at('%REQ(x-none)%', '/a?q'), '301 http://h/a?q', 'an empty path is none');
  t.equal(at('/x%PATH(NQ)%', '/a?q'), '301 http://h/x/a?q');
});

t.test('the port of the request is dropped where it would be wrong', async (t) => {
  const rows: readonly (readonly [
    action: Record<string, JsonValue>,
    host: string,
    proto: string,
    expected: string,
  ])[] = [
    [{ httpsRedirect: true }, 'h:80', 'http', 'https://h/'],
    [{ httpsRedirect: true }, 'h:8080', 'http', 'https://h:8080/'],
    [{ httpsRedirect: true }, '[::1]:80', 'http', 'https://[::1]/'],
    [{ httpsRedirect: true }, '[::1]', 'http', 'https://[::1]/'],
    [{ httpsRedirect: true }, 'h:443', 'https', 'https://h:443/'],
    [{ portRedirect: 8443 }, 'h:80', 'http', 'http://h:8443/'],
    [{ portRedirect: 8443 }, '[::1]:9', 'http', 'http://[::1]:8443/'],
    [{ schemeRedirect: 'http' }, 'h:443', 'https', 'http://h/'],
    [{ pathRedirect: '/' }, 'h:80', 'http', 'http://h:80/'],
    [{ hostRedirect: 'new' }, 'h:80', 'http', 'http://new/'],
  ];
  for (const [action, host, proto, expected] of rows) {
    const headers = [['x-forwarded-proto', proto]] as const;
    t.equal(redirect({ prefix: '/' }, action, { host, headers }), `301 ${expected}`, host);
  }
});

t.test('a direct response that speaks of a location points to the request', async (t) => {
  const locationOf = (status: number): string | undefined => {
    const headers = requestOf({ host: 'h:80', path: '/a?b' });
    const routes = [{ match: { prefix: '/' }, directResponse: { status } }];
    const action = tableOfRoutes(routes).match(headers, streamInfo(), 0)?.action;
    return action?.kind === 'direct_response' ? action.location(headers) : 'other action';
  };
  t.equal(locationOf(201), 'http://h:80/a?b');
  t.equal(locationOf(302), 'http://h:80/a?b');
  t.equal(locationOf(200), undefined);
  t.equal(locationOf(404), undefined);
});

t.test('a virtual host can demand TLS before any of its routes', async (t) => {
  const tableRequiring = (requireTls: string) =>
    tableOf({
      virtualHosts: [
        {
          name: 'v',
          domains: ['*'],
          requireTls,
          responseHeadersToAdd: [{ header: { key: 'x-added', value: '1' } }],
          routes: [{ name: 'r', match: { prefix: '/' }, directResponse: { status: 200 } }],
        },
      ],
    });
  const answer = (requireTls: string, headers: readonly (readonly [string, string])[] = []) => {
    const request = requestOf({ host: 'h:80', path: '/a?b', headers });
    const route = tableRequiring(requireTls).match(request, streamInfo(), 0);
    const response = new ResponseHeaders();
    route?.finalizeResponseHeaders(response, streamInfo(), request);
    const action = route?.action;
    if (action?.kind !== 'redirect') return `${route?.name} ${fieldsOf(response)}`;
    action.rewritePath(request, true);
    return `${action.status} ${action.location(request, streamInfo())} ${fieldsOf(response)}`;
  };
  const https = [['x-forwarded-proto', 'https']] as const;
  t.equal(answer('ALL'), '301 https://h:80/a?b ', 'no header rules apply to the redirect');
  t.equal(answer('ALL', https), 'r x-added,1');
  t.equal(answer('EXTERNAL_ONLY'), '301 https://h:80/a?b ');
  t.equal(answer('EXTERNAL_ONLY', [['x-envoy-internal', 'true']]), 'r x-added,1');
  t.equal(answer('EXTERNAL_ONLY', https), 'r x-added,1');
  t.equal(answer('NONE'), 'r x-added,1');
});
