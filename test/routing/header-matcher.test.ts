import type { JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import { routeNameFor, tableOfRoutes } from '../tools/route-tools.ts';

/* Expectations are what Envoy 1.40 answered to these matchers and requests. */

/** The requests that are sent to every matcher, by what stands in their `x-h` fields. */
const requests: Readonly<Record<string, readonly string[]>> = {
  none: [],
  empty: [''],
  a: ['a'],
  A: ['A'],
  aa: ['aa'],
  b: ['b'],
  'a+b': ['a', 'b'],
  'b+c': ['b', 'c'],
  '5': ['5'],
  '-5': ['-5'],
  '10': ['10'],
  '+5': ['+5'],
  '5x': ['5x'],
  huge: ['99999999999999999999'],
};

const values = Object.keys(requests).filter((name) => name !== 'none');

function all(...except: readonly string[]): string[] {
  return values.filter((name) => !except.includes(name));
}

type Row = readonly [matcher: Record<string, JsonValue>, matching: readonly string[]];

const rows: readonly Row[] = [
  [{}, values],
  [{ presentMatch: true }, values],
  [{ presentMatch: true, invertMatch: true }, ['none']],
  [{ presentMatch: false }, ['none']],
  [{ presentMatch: false, invertMatch: true }, values],
  [{ presentMatch: true, treatMissingHeaderAsEmpty: true }, ['none', ...values]],
  [{ presentMatch: false, treatMissingHeaderAsEmpty: true }, []],
  [{ exactMatch: 'a' }, ['a', 'a+b']],
  [{ exactMatch: 'a', invertMatch: true }, all('a', 'a+b')],
  [{ exactMatch: '' }, values],
  [{ exactMatch: '', invertMatch: true }, []],
  [{ stringMatch: { exact: 'a' } }, ['a', 'a+b']],
  [{ stringMatch: { exact: 'a,b' } }, []],
  [{ stringMatch: { exact: 'a' }, invertMatch: true }, all('a', 'a+b')],
  [
    { stringMatch: { exact: 'a' }, invertMatch: true, treatMissingHeaderAsEmpty: true },
    ['none', ...all('a', 'a+b')],
  ],
  [{ stringMatch: { exact: '' } }, ['empty']],
  [{ stringMatch: { exact: '' }, treatMissingHeaderAsEmpty: true }, ['none', 'empty']],
  [{ stringMatch: { exact: 'A', ignoreCase: true } }, ['a', 'A', 'a+b']],
  [{ stringMatch: { prefix: 'a' } }, ['a', 'aa', 'a+b']],
  [{ prefixMatch: 'a' }, ['a', 'aa', 'a+b']],
  [{ suffixMatch: 'x' }, ['5x']],
  [{ stringMatch: { suffix: 'X', ignoreCase: true } }, ['5x']],
  [{ containsMatch: 'a' }, ['a', 'aa', 'a+b']],
  [{ safeRegexMatch: { regex: 'a+' } }, ['a', 'aa', 'a+b']],
  [
    { safeRegexMatch: { regex: 'a*' }, treatMissingHeaderAsEmpty: true },
    ['none', 'empty', 'a', 'aa', 'a+b'],
  ],
  [{ stringMatch: { safeRegex: { regex: '[bc]' } }, invertMatch: true }, all('b', 'a+b', 'b+c')],
  [{ rangeMatch: { start: '-5', end: '10' } }, ['5', '-5', '+5']],
  [{ rangeMatch: { start: '-5', end: '10' }, invertMatch: true }, all('5', '-5', '+5')],
  [{ rangeMatch: { start: '9223372036854775806', end: '9223372036854775807' } }, []],
];

t.test('headers are matched as by Envoy', async (t) => {
  for (const [matcher, expected] of rows) {
    const table = tableOfRoutes([
      {
        name: 'hit',
        match: { prefix: '/', headers: [{ name: 'X-H', ...matcher }] },
        route: { cluster: 'c' },
      },
    ]);
    const matching = Object.entries(requests)
      .filter(([, fields]) => {
        const headers = fields.map((value) => ['x-h', value] as const);
        return routeNameFor(table, { headers }) === 'hit';
      })
      .map(([name]) => name);
    t.same(matching.sort(), expected.toSorted(), JSON.stringify(matcher));
  }
});

t.test('whole numbers are compared exactly up to 64 bits', async (t) => {
  const range = { start: '9007199254740993', end: '9007199254740994' };
  const table = tableOfRoutes([
    {
      name: 'hit',
      match: { prefix: '/', headers: [{ name: 'n', rangeMatch: range }] },
      route: { cluster: 'c' },
    },
  ]);
  const hits = (value: string): boolean =>
    routeNameFor(table, { headers: [['n', value]] }) === 'hit';
  t.ok(hits('9007199254740993'));
  t.notOk(hits('9007199254740992'));
  t.notOk(hits('9007199254740994'));
});

t.test('pseudo-headers and the host can be matched', async (t) => {
  const cases: [name: string, value: string, matches: boolean][] = [
    [':method', 'POST', true],
    [':path', '/p?x=1', true],
    [':scheme', 'http', true],
    [':authority', 'h', true],
    ['host', 'h', true],
    ['x-forwarded-proto', 'http', true],
    [':method', 'GET', false],
    [':unknown', 'x', false],
  ];
  for (const [name, exact, expected] of cases) {
    const table = tableOfRoutes([
      {
        name: 'hit',
        match: { prefix: '/', headers: [{ name, stringMatch: { exact } }] },
        route: { cluster: 'c' },
      },
    ]);
    const found = routeNameFor(table, { method: 'POST', path: '/p?x=1', host: 'h' });
    t.equal(found === 'hit', expected, `${name} ${exact}`);
  }
});
