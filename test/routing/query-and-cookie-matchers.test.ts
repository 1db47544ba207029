import type { JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import { type RequestLike, routeNameFor, tableOfRoutes } from '../tools/route-tools.ts';

/* Expectations are what Envoy 1.40 answered. */

function fits(match: Record<string, JsonValue>, request: RequestLike): boolean {
  const route = { name: 'hit', match: { prefix: '/', ...match }, route: { cluster: 'c' } };
  return routeNameFor(tableOfRoutes([route]), request) === 'hit';
}

t.test('the first query parameter of a name is matched, undecoded', async (t) => {
  const cases: [matcher: JsonValue, matching: string[], other: string[]][] = [
    [
      { name: 'a' },
      ['?a', '?a=', '?b=1&a=1', '?&a=1', '?a=1=2'],
      ['', '?', '?ab=1', '?A=1', '?x?a=1'],
    ],
    [{ name: 'a', presentMatch: true }, ['?a'], ['?b']],
    [{ name: 'a', presentMatch: false }, ['', '?b', '?ab=1'], ['?a', '?b&a']],
    [
      { name: 'a', stringMatch: { exact: '1' } },
      ['?a=1', '?a=1&a=2'],
      ['?a=2&a=1', '?a', '?a=1?', '?a=1;b'],
    ],
    [{ name: 'a', stringMatch: { exact: '' } }, ['?a', '?a='], ['?a=1', '?b']],
    [{ name: 'a', stringMatch: { exact: 'X', ignoreCase: true } }, ['?a=x'], ['?a=y']],
    [{ name: 'a', stringMatch: { safeRegex: { regex: '[0-9]+' } } }, ['?a=12'], ['?a=1x']],
    [{ name: 'a b', presentMatch: true }, [], ['?a%20b=1', '?a+b']],
  ];
  for (const [matcher, matching, other] of cases) {
    const label = JSON.stringify(matcher);
    for (const query of matching) {
      t.ok(fits({ queryParameters: [matcher] }, { path: `/p${query}` }), `${label} on ${query}`);
    }
    for (const query of other) {
      t.notOk(
        fits({ queryParameters: [matcher] }, { path: `/p${query}` }),
        `${label} not ${query}`,
      );
    }
  }
});

t.test('the first cookie of a name is matched, without its quotes', async (t) => {
  const cases: [matcher: JsonValue, matching: string[][], other: string[][]][] = [
    [
      { name: 'a', stringMatch: { exact: '1' } },
      [['a=1'], ['b=2; a=1'], ['b=2;a=1'], ['a="1"'], ['c=1', 'a=1'], ['a=1;'], ['x; a=1']],
      [[], ['a=2'], ['a=2; a=1'], ['A=1'], ['a =1'], ['a'], ['aa=1']],
    ],
    [{ name: 'a', stringMatch: { exact: '1' }, invertMatch: true }, [[], ['a=2']], [['a=1']]],
    [{ name: 'a', stringMatch: { exact: '' } }, [['a=']], [[], ['a']]],
    [{ name: 'b', stringMatch: { prefix: 'x' } }, [['b=x y; c']], [['b=yx']]],
  ];
  for (const [matcher, matching, other] of cases) {
    const label = JSON.stringify(matcher);
    const request = (lines: string[]): RequestLike => ({
      headers: lines.map((line) => ['cookie', line] as const),
    });
    for (const lines of matching) {
      t.ok(fits({ cookies: [matcher] }, request(lines)), `${label} on ${lines}`);
    }
    for (const lines of other) {
      t.notOk(fits({ cookies: [matcher] }, request(lines)), `${label} not ${lines}`);
    }
  }
});
