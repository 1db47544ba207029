import type { JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import { forwarded, type RequestLike, tableOfRoutes } from '../tools/route-tools.ts';

/* Expectations are what Envoy 1.40 sent upstream. */

const TEMPLATE_MATCH =
  'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig';
const TEMPLATE_REWRITE =
  'type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig';

function send(
  match: Record<string, JsonValue>,
  action: Record<string, JsonValue>,
  request: RequestLike,
): ReturnType<typeof forwarded> {
  return forwarded(tableOfRoutes([{ match, route: { cluster: 'c', ...action } }]), request);
}

function template(pathTemplate: string): Record<string, JsonValue> {
  return {
    pathMatchPolicy: { name: 'm', typedConfig: { '@type': TEMPLATE_MATCH, pathTemplate } },
  };
}

function templateRewrite(pathTemplateRewrite: string): Record<string, JsonValue> {
  return {
    pathRewritePolicy: {
      name: 'r',
      typedConfig: { '@type': TEMPLATE_REWRITE, pathTemplateRewrite },
    },
  };
}

function regex(pattern: string, substitution: string): JsonValue {
  return { pattern: { regex: pattern }, substitution };
}

type Row = readonly [
  match: Record<string, JsonValue>,
  action: Record<string, JsonValue>,
  path: string,
  expected: string,
];

t.test('paths are rewritten, and the original is kept in a header', async (t) => {
  const rows: readonly Row[] = [
    [{ prefix: '/p/' }, { prefixRewrite: '/new' }, '/p/a?b=c', '/newa?b=c'],
    [{ prefix: '/p/' }, { prefixRewrite: '/new' }, '/p/', '/new'],
    [{ prefix: '/q' }, { prefixRewrite: '/' }, '/q/x', '//x'],
    [{ path: '/exact' }, { prefixRewrite: '/x' }, '/exact?y', '/x?y'],
    [{ pathSeparatedPrefix: '/sep' }, { prefixRewrite: '/s' }, '/sep/z?q', '/s/z?q'],
    [{ prefix: '/Ci', caseSensitive: false }, { prefixRewrite: '/ci' }, '/CI/y', '/ci/y'],
    [{ safeRegex: { regex: '/re[0-9]/.*' } }, { prefixRewrite: '/re' }, '/re1/x?y', '/re?y'],
    [
      { prefix: '/service' },
      { regexRewrite: regex('^/service/([^/]+)(/.*)$', '\\2/instance/\\1') },
      '/service/foo/v1?a',
      '/v1/instance/foo?a',
    ],
    [{ prefix: '/foo' }, { regexRewrite: regex('o', '0') }, '/foo/oo?o', '/f00/00?o'],
    [{ prefix: '/fmt' }, { pathRewrite: '/f/%REQ(x-h)%' }, '/fmt/x?q=1', '/f/v?q=1'],
    [template('/{a}/{b}'), templateRewrite('/{b}/x/{a}'), '/x/y?q=1', '/y/x/x?q=1'],
    [template('/2/{a=**}'), templateRewrite('/v/{a}'), '/2/a/b/c', '/v/a/b/c'],
    [template('/pre{a}suf'), templateRewrite('/p-{a}-s'), '/premsuf', '/p-m-s'],
  ];
  for (const [match, action, path, expected] of rows) {
    const sent = send(match, action, { path, headers: [['x-h', 'v']] });
    t.equal(sent.path, expected, `${path} with ${JSON.stringify(action)}`);
    t.same(sent.headers, [
      ['x-h', 'v'],
      ['x-envoy-original-path', path],
    ]);
  }
});

t.test('a rewrite that comes to nothing is none', async (t) => {
  const rows: readonly (readonly [action: Record<string, JsonValue>, path: string])[] = [
    [{ regexRewrite: regex('.*', '') }, '/empty?x'],
    [{ pathRewrite: '%REQ(x-missing)%' }, '/fmt?q=1'],
    [{}, '/none'],
  ];
  for (const [action, path] of rows) {
    const sent = send({ prefix: '/' }, action, { path });
    t.equal(sent.path, path);
    t.same(sent.headers, []);
  }
});

t.test('what a client says about the original path and host is overwritten', async (t) => {
  const action = { prefixRewrite: '/new', hostRewriteLiteral: 'new.host' };
  const headers = [
    ['x-envoy-original-path', '/spoof'],
    ['x-envoy-original-host', 'spoof'],
  ] as const;
  const sent = send({ prefix: '/p' }, action, { path: '/p', host: 'old.host', headers });
  t.same(sent.headers, [
    ['x-envoy-original-path', '/p'],
    ['x-envoy-original-host', 'old.host'],
  ]);
});

t.test('hosts are rewritten', async (t) => {
  const rows: readonly (readonly [action: Record<string, JsonValue>, expected: string])[] = [
    [{ hostRewriteLiteral: 'new.host' }, 'new.host'],
    [{ hostRewriteHeader: 'X-Host' }, 'from.header'],
    [{ hostRewriteHeader: 'x-missing' }, 'old.host'],
    [{ hostRewritePathRegex: regex('^/r/([^/]*).*', '\\1') }, 'foo.com'],
    [{ hostRewrite: 'f-%REQ(x-host)%' }, 'f-from.header'],
    [{ autoHostRewrite: true }, 'old.host'],
    [{ hostRewritePathRegex: regex('^/r/([^/]*).*', '\\1'), prefixRewrite: '/other' }, 'foo.com'],
  ];
  for (const [action, expected] of rows) {
    const sent = send({ prefix: '/r' }, action, {
      host: 'old.host',
      path: '/r/foo.com/x?y',
      headers: [
        ['x-host', 'from.header'],
        ['x-host', 'second'],
      ],
    });
    t.equal(sent.host, expected, JSON.stringify(action));
    const original = sent.headers.find(([name]) => name === 'x-envoy-original-host')?.[1];
    t.equal(original, expected === 'old.host' ? undefined : 'old.host');
  }
});

t.test('the old host is appended to x-forwarded-host where asked for', async (t) => {
  const forwardedHost = (action: Record<string, JsonValue>, before?: string) =>
    send({ prefix: '/' }, action, {
      host: 'old.host',
      headers: before === undefined ? [] : [['x-forwarded-host', before]],
    }).headers.find(([name]) => name === 'x-forwarded-host')?.[1];
  const appending = { hostRewriteLiteral: 'new', appendXForwardedHost: true };
  t.equal(forwardedHost(appending), 'old.host');
  t.equal(forwardedHost(appending, 'a'), 'a,old.host');
  t.equal(forwardedHost(appending, 'a,old.host'), 'a,old.host', 'but only once');
  t.equal(forwardedHost(appending, 'old.host,a'), 'old.host,a,old.host');
  t.equal(forwardedHost({ hostRewriteLiteral: 'new' }, 'a'), 'a');
  t.equal(forwardedHost({ appendXForwardedHost: true }, 'a'), 'a', 'nothing was rewritten');
});
