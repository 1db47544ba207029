import t from 'tap';
import { parseUriTemplate, parseUriTemplateRewrite } from '#matching/parse-uri-template.ts';
import { UriTemplate, UriTemplateRewrite } from '#matching/uri-template.ts';

/* Expectations are what Envoy 1.40 answered. */

t.test('templates match whole paths', async (t) => {
  const rows: [template: string, matching: string[], other: string[]][] = [
    ['/', ['/'], ['', '/a']],
    ['/a/', ['/a/'], ['/a']],
    ['/*', ['/a', '/%20', '/a=b', '/a*b', '/~.-_', "/a!$&'()+,;:@"], ['/', '/a/b', '/a[b', '/a|b']],
    ['/a/*/x', ['/a/y/x'], ['/a//x', '/a/y/z/x']],
    ['/a/**', ['/a/', '/a/b/c'], ['/a']],
    ['/a/**.js', ['/a/b.js', '/a/.js', '/a/b/c.js'], ['/a/b.css']],
    ['/{a}/{b}', ['/x/y'], ['/x', '/x/y/']],
    ['/pre{a}suf', ['/premsuf'], ['/presuf', '/pre/suf']],
    ['/{a=x/*}/{b=**}', ['/x/1/2/3'], ['/y/1/2']],
    ['/x=y', ['/x=y'], ['/xy']],
    ['/a.b$(c)+', ['/a.b$(c)+'], ['/aXb$(c)+']],
    ['/a*b', ['/b', '/aab'], ['/a*b']],
  ];
  for (const [template, matching, other] of rows) {
    const parsed = parseUriTemplate(template);
    if (!parsed.ok) throw new Error(parsed.error);
    const matcher = new UriTemplate(structuredClone(parsed.value));
    for (const path of matching) t.ok(matcher.matches(path), `${template} on ${path}`);
    for (const path of other) t.notOk(matcher.matches(path), `${template} not ${path}`);
  }
});

t.test('wrong templates are refused in the words of Envoy', async (t) => {
  const rows: [template: string, error: string][] = [
    ['a', 'Invalid pattern: "a"'],
    ['/a b', 'Invalid pattern: "/a b"'],
    ['/a//b', 'Invalid literal: ""'],
    ['/[x]', 'Invalid literal: "[x]"'],
    ['/a{b', 'Invalid literal: "a{b"'],
    ['/{a', 'Unmatched variable bracket in mixed pattern: "{a"'],
    ['/{}', 'Invalid variable name: ""'],
    ['/{1a}', 'Invalid variable name: "1a"'],
    ['/{a=}', 'Empty variable match'],
    ['/{a=*.js}', 'Invalid variable match: ".js"'],
    ['/{b}/{b}', 'Repeated variable name: "b"'],
    ['/{a}/{b}/{c}/{d}/{e}/{f}', 'Exceeded variable count limit (5)'],
    [
      '/{aaaaaaaaaaaaaaaaa}',
      'Invalid variable name length (length of "aaaaaaaaaaaaaaaaa" should be at least 1 and no more than 16)',
    ],
    ['/{b}{c}', 'Invalid suffix literal: "{c}"'],
    ['/{a}.{b}', 'Invalid suffix literal: ".{b}"'],
    ['/*suf/x', 'Prefix match not supported.'],
    ['/**/*', 'Glob after text glob.'],
    ['/**/**', 'Glob after text glob.'],
    ['/{b=**}/{c}', 'Implicit variable path glob after text glob.'],
  ];
  for (const [template, error] of rows) {
    t.same(parseUriTemplate(template), { ok: false, error }, template);
  }
});

t.test('what the variables took is put where the rewrite names them', async (t) => {
  const rows: [template: string, rewrite: string, path: string, expected: string | undefined][] = [
    ['/{a}/{b}', '/{b}/x/{a}', '/1/2', '/2/x/1'],
    ['/v/{a=**}', '/{a}', '/v/1/2/3', '/1/2/3'],
    ['/{a}/{b}', '/{a}{b}', '/1/2', '/12'],
    ['/{a}', '/fixed', '/1', '/fixed'],
    ['/{a}', '/{a}', '/1/2', undefined],
  ];
  for (const [template, rewrite, path, expected] of rows) {
    const parsed = parseUriTemplateRewrite(rewrite, template);
    if (!parsed.ok) throw new Error(parsed.error);
    t.equal(new UriTemplateRewrite(parsed.value).rewrite(path), expected, rewrite);
  }
});

t.test('wrong rewrites are refused', async (t) => {
  const rows: [rewrite: string, error: string][] = [
    ['x', 'Invalid rewrite variable placement'],
    ['//x', 'Invalid rewrite literal'],
    ['/{a', 'Unmatched variable bracket'],
    ['/{1}', 'Invalid variable name'],
    ['/{b}', 'Nonexisting variable name'],
    ['/x y', 'Invalid rewrite literal pattern'],
  ];
  for (const [rewrite, error] of rows) {
    t.same(parseUriTemplateRewrite(rewrite, '/{a}'), { ok: false, error }, rewrite);
  }
});
