import { get, post } from '../harness/client-script.ts';
import { mark } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';

/** A route table whose routes say their names, and a few requests. */
function table(
  name: string,
  routes: readonly JsonObject[],
  ...client: Scenario['client']
): Scenario {
  return { name, routes, client };
}

const rest = mark('rest');

/** Requests with different values of the header x-a against one header matcher. */
function headerMatch(
  name: string,
  matcher: JsonObject,
  ...lines: readonly (readonly string[])[]
): Scenario {
  const matched = mark('matched', { match: { headers: [{ name: 'x-a', ...matcher }] } });
  return table(`header: ${name}`, [matched, rest], ...lines.map((each) => get('/', ...each)));
}

const headers: readonly Scenario[] = [
  headerMatch(
    'exact',
    { string_match: { exact: 'one' } },
    ['x-a: one'],
    ['x-a: ONE'],
    ['x-a: one two'],
    [],
  ),
  headerMatch(
    'exact without case',
    { string_match: { exact: 'one', ignore_case: true } },
    ['x-a: ONE'],
    ['x-a: two'],
  ),
  headerMatch('prefix', { string_match: { prefix: 'on' } }, ['x-a: one'], ['x-a: two'], ['x-a: o']),
  headerMatch('suffix', { string_match: { suffix: 'ne' } }, ['x-a: one'], ['x-a: nen']),
  headerMatch(
    'contains',
    { string_match: { contains: 'n' } },
    ['x-a: one'],
    ['x-a: two'],
    ['x-a: N'],
  ),
  headerMatch(
    'contains without case',
    { string_match: { contains: 'N', ignore_case: true } },
    ['x-a: one'],
    ['x-a: two'],
  ),
  headerMatch(
    'safe_regex',
    { string_match: { safe_regex: { regex: '[a-z]+' } } },
    ['x-a: one'],
    ['x-a: one1'],
  ),
  headerMatch(
    'range',
    { range_match: { start: -5, end: 10 } },
    ['x-a: -5'],
    ['x-a: 9'],
    ['x-a: 10'],
    ['x-a: 1.5'],
    ['x-a: abc'],
    ['x-a: '],
    ['x-a: 9 '],
    ['x-a: +1'],
  ),
  headerMatch('present', { present_match: true }, ['x-a: 1'], ['x-a: '], []),
  headerMatch('absent', { present_match: false }, ['x-a: 1'], []),
  headerMatch('no matcher means presence', {}, ['x-a: 1'], []),
  headerMatch(
    'inverted exact',
    { string_match: { exact: 'one' }, invert_match: true },
    ['x-a: one'],
    ['x-a: two'],
    [],
  ),
  headerMatch('inverted presence', { present_match: true, invert_match: true }, ['x-a: one'], []),
  headerMatch(
    'missing treated as empty',
    { string_match: { exact: '' }, treat_missing_header_as_empty: true },
    ['x-a: one'],
    ['x-a:'],
    [],
  ),
  headerMatch(
    'inverted and missing treated as empty',
    { string_match: { exact: 'one' }, invert_match: true, treat_missing_header_as_empty: true },
    ['x-a: one'],
    [],
  ),
  headerMatch(
    'repeated values are joined',
    { string_match: { exact: 'one,two' } },
    ['x-a: one', 'x-a: two'],
    ['x-a: one,two'],
    ['x-a: one'],
  ),
  headerMatch('the deprecated exact_match', { exact_match: 'one' }, ['x-a: one'], ['x-a: two']),
  table(
    'header: the name is compared without case',
    [mark('matched', { match: { headers: [{ name: 'X-A', present_match: true }] } }), rest],
    get('/', 'x-a: 1'),
  ),
  table(
    'header: all matchers have to match',
    [
      mark('both', {
        match: {
          headers: [
            { name: 'x-a', present_match: true },
            { name: 'x-b', string_match: { exact: '1' } },
          ],
        },
      }),
      rest,
    ],
    get('/', 'x-a: 1', 'x-b: 1'),
    get('/', 'x-a: 1'),
  ),
  table(
    'header: pseudo-headers',
    [
      mark('post', { match: { headers: [{ name: ':method', string_match: { exact: 'POST' } }] } }),
      mark('host', {
        match: { headers: [{ name: ':authority', string_match: { suffix: '.org' } }] },
      }),
      mark('scheme', {
        match: { headers: [{ name: ':scheme', string_match: { exact: 'https' } }] },
      }),
      rest,
    ],
    post('/', ''),
    get('/', 'host: a.org'),
    get('/', 'x-forwarded-proto: https'),
    get('/'),
  ),
  table(
    'header: host is :authority',
    [
      mark('host', {
        match: { headers: [{ name: 'host', string_match: { exact: 'example.test' } }] },
      }),
      rest,
    ],
    get('/'),
  ),
];

function queryMatch(name: string, matcher: JsonObject, ...queries: readonly string[]): Scenario {
  const matched = mark('matched', { match: { query_parameters: [{ name: 'q', ...matcher }] } });
  return table(`query: ${name}`, [matched, rest], ...queries.map((query) => get(`/${query}`)));
}

const queries: readonly Scenario[] = [
  queryMatch(
    'exact',
    { string_match: { exact: 'one' } },
    '?q=one',
    '?q=One',
    '?q=one&q=two',
    '?q=two&q=one',
    '?r=one',
    '',
    '?q=%6fne',
    '?q=one#',
  ),
  queryMatch('exact with an escape', { string_match: { exact: 'a b' } }, '?q=a%20b', '?q=a+b'),
  queryMatch('present', { present_match: true }, '?q', '?q=', '?q=1', '?Q=1', '?x&q', '?qq'),
  queryMatch('absent', { present_match: false }, '?q', '?x'),
  queryMatch('no matcher', {}, '?q', '?x'),
  queryMatch(
    'safe_regex',
    { string_match: { safe_regex: { regex: '\\d+' } } },
    '?q=12',
    '?q=1a',
    '?q=',
  ),
  queryMatch(
    'a semicolon is no separator',
    { string_match: { exact: 'one' } },
    '?a=1;q=one',
    '?q=one;b=2',
  ),
];

export const matchers: Group = {
  name: 'matchers',
  scenarios: [...headers, ...queries],
};
