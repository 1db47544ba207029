import t from 'tap';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegexReplacement } from '#matching/parse-regex-replacement.ts';
import { RegexReplacement } from '#matching/regex-replacement.ts';

function replace(pattern: string, substitution: string, value: string): string {
  const parsed = parseRegexReplacement(pattern, substitution);
  if (!parsed.ok) throw new Error(parsed.error);
  return new RegexReplacement(structuredClone(parsed.value)).replaceAll(byteStringOf(value));
}

t.test('matches are replaced as by RE2::GlobalReplace', async (t) => {
  const cases: [pattern: string, substitution: string, value: string, expected: string][] = [
    ['^/service/([^/]+)(/.*)$', '\\2/instance/\\1', '/service/foo/v1/api', '/v1/api/instance/foo'],
    ['one', 'two', '/xxx/one/yyy/one/zzz', '/xxx/two/yyy/two/zzz'],
    ['^(.*?)one(.*)$', '\\1two\\2', '/xxx/one/yyy/one/zzz', '/xxx/two/yyy/one/zzz'],
    ['(?i)/xxx/', '/yyy/', '/aaa/XxX/bbb', '/aaa/yyy/bbb'],
    ['a*', 'x', 'baac', 'xbxcx'],
    ['', 'x', 'aé', byteStringOf('xaxéx')],
    ['(a)|b', '<\\1>', 'ab', '<a><>'],
    ['(?:(a)|b)*', '<\\1>', 'ab', '<a>'],
    ['a', '\\0\\0', 'aba', 'aabaa'],
    ['a', '\\\\', 'a', '\\'],
    ['é', 'ü', '/é/', byteStringOf('/ü/')],
    ['z', 'x', 'abc', 'abc'],
    ['\\bb', 'x', 'b ab b', 'x ab x'],
  ];
  for (const [pattern, substitution, value, expected] of cases) {
    t.equal(replace(pattern, substitution, value), expected, `${pattern} on ${value}`);
  }
});

t.test('a mistake in the substitution is no error, as in RE2', async (t) => {
  t.equal(replace('a', '\\1', 'aba'), 'aba', 'no such group: nothing is replaced');
  t.equal(replace('a', 'x\\', 'ab'), 'xb', 'a backslash at the end is left out');
  t.equal(replace('a', 'x\\yz', 'ab'), 'xb', 'an unknown escape ends the substitution');
});

t.test('a wrong pattern is refused', async (t) => {
  t.same(parseRegexReplacement('(', ''), { ok: false, error: 'missing ): (' });
});

t.test(
  'replacing ends early where every search reads the rest of a long value again',
  async (t) => {
    for (const length of [5_000, 60_000]) {
      const replaced = replace('a.*z|a', 'x', 'a'.repeat(length));
      t.equal(replaced.length, length);
      t.match(replaced, /^x+a+$/);
    }
    t.equal(replace('a', 'x', 'a'.repeat(60_000)), 'x'.repeat(60_000), 'but not elsewhere');
  },
);
