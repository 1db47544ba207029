import type { JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import { ResponseHeaders } from '#http/response-headers.ts';
import {
  fieldsOf,
  forwarded,
  requestOf,
  streamInfo,
  tableOf,
  tableOfRoutes,
} from '../tools/route-tools.ts';

/* Expectations are what Envoy 1.40 sent. */

const ACTIONS = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS_OR_ADD',
  'OVERWRITE_IF_EXISTS',
];

function rule(
  key: string,
  value: string,
  appendAction = 'APPEND_IF_EXISTS_OR_ADD',
  keepEmptyValue = false,
): Record<string, JsonValue> {
  return { header: { key, value }, appendAction, keepEmptyValue };
}

function sentWith(
  requestHeadersToAdd: JsonValue[],
  headers: readonly (readonly [string, string])[] = [],
): [string, string][] {
  const route = { match: { prefix: '/' }, route: { cluster: 'c' }, requestHeadersToAdd };
  return forwarded(tableOfRoutes([route]), { headers }).headers;
}

t.test('each action does what it says where the header is there and where it is not', async (t) => {
  const rules = ACTIONS.flatMap((action, index) => [
    rule(`x-old-${index}`, 'new', action),
    rule(`x-new-${index}`, 'new', action),
  ]);
  const old = ACTIONS.map((_action, index) => [`x-old-${index}`, 'old'] as const);
  t.same(sentWith(rules, old), [
    ['x-old-0', 'old'],
    ['x-old-1', 'old'],
    ['x-old-2', 'new'],
    ['x-new-2', 'new'],
    ['x-old-3', 'new'],
    ['x-old-0', 'new'],
    ['x-new-0', 'new'],
    ['x-new-1', 'new'],
  ]);
});

t.test('at one level every value is found out before any is set', async (t) => {
  const rules = [
    rule('x-a', '1', 'ADD_IF_ABSENT'),
    rule('x-a', '2', 'ADD_IF_ABSENT'),
    rule('x-b', '%REQ(x-c)%'),
    rule('x-c', 'changed', 'OVERWRITE_IF_EXISTS'),
    rule('x-d', 'appended'),
    rule('x-d', 'set', 'OVERWRITE_IF_EXISTS_OR_ADD'),
  ];
  t.same(sentWith(rules, [['x-c', 'before']]), [
    ['x-c', 'changed'],
    ['x-d', 'set'],
    ['x-a', '1'],
    ['x-a', '2'],
    ['x-b', 'before'],
    ['x-d', 'appended'],
  ]);
});

t.test('empty and absent values are left out unless they are to be kept', async (t) => {
  const rules = [
    rule('x-empty', ''),
    rule('x-empty-kept', '', 'APPEND_IF_EXISTS_OR_ADD', true),
    rule('x-absent', '%REQ(x-missing)%'),
    rule('x-absent-kept', '%REQ(x-missing)%', 'APPEND_IF_EXISTS_OR_ADD', true),
    rule('x-percent', '100%%'),
  ];
  t.same(sentWith(rules), [
    ['x-empty-kept', ''],
    ['x-absent-kept', ''],
    ['x-percent', '100%'],
  ]);
});

t.test('headers of one field stay one field', async (t) => {
  const rules = [rule('User-Agent', 'two'), rule('cookie', 'c=d')];
  const old = [
    ['user-agent', 'one'],
    ['cookie', 'a=b'],
  ] as const;
  t.same(sentWith(rules, old), [
    ['user-agent', 'one,two'],
    ['cookie', 'a=b'],
    ['cookie', 'c=d'],
  ]);
});

t.test('configured text is sent as UTF-8', async (t) => {
  t.same(sentWith([rule('x-utf', 'é')]), [['x-utf', '\xc3\xa9']]);
});

t.test('the older append field is understood', async (t) => {
  const old = [['x', 'old']] as const;
  t.same(sentWith([{ header: { key: 'x', value: 'new' }, append: true }], old), [
    ['x', 'old'],
    ['x', 'new'],
  ]);
  t.same(sentWith([{ header: { key: 'x', value: 'new' }, append: false }], old), [['x', 'new']]);
});

function levels(mostSpecificHeaderMutationsWins: boolean) {
  const rules = (value: string) => {
    const set = [rule('x-set', value, 'OVERWRITE_IF_EXISTS_OR_ADD'), rule('x-list', value)];
    return { requestHeadersToAdd: set, responseHeadersToAdd: set };
  };
  const clusters = [
    { name: 'c', weight: 1, hostRewriteLiteral: 'cluster.host', ...rules('cluster') },
  ];
  return tableOf({
    mostSpecificHeaderMutationsWins,
    ...rules('table'),
    virtualHosts: [
      {
        name: 'v',
        domains: ['*'],
        ...rules('host'),
        requestHeadersToRemove: ['X-Gone'],
        responseHeadersToRemove: ['x-gone'],
        routes: [
          { match: { prefix: '/' }, ...rules('route'), route: { weightedClusters: { clusters } } },
        ],
      },
    ],
  });
}

for (const mostSpecificWins of [false, true]) {
  const order = mostSpecificWins
    ? ['cluster', 'table', 'host', 'route']
    : ['cluster', 'route', 'host', 'table'];
  const lists = order.map((level) => ['x-list', level]);
  // What is overwritten comes last before what the same level appends.
  const expected = lists.toSpliced(-1, 0, ['x-set', order.at(-1) as string]);

  t.test(`rules of all levels apply, ${order.at(-1)} last`, async (t) => {
    const table = levels(mostSpecificWins);
    const sent = forwarded(table, {
      host: 'old.host',
      headers: [
        ['x-gone', '1'],
        ['x-gone', '2'],
      ],
    });
    t.same(sent.headers, expected);
    t.equal(sent.host, 'cluster.host');
    const response = new ResponseHeaders();
    response.append('x-gone', '1');
    const request = requestOf({});
    table.match(request, streamInfo(), 0)?.finalizeResponseHeaders(response, streamInfo(), request);
    t.same(fieldsOf(response), expected);
  });
}

t.test('responses can be formatted from the request', async (t) => {
  const table = tableOfRoutes([
    {
      match: { prefix: '/' },
      directResponse: { status: 200 },
      responseHeadersToAdd: [rule('x-echo', '%REQ(x-in)% %RESP(x-up)%')],
    },
  ]);
  const request = requestOf({ headers: [['x-in', 'in']] });
  const response = new ResponseHeaders();
  response.append('x-up', 'up');
  table.match(request, streamInfo(), 0)?.finalizeResponseHeaders(response, streamInfo(), request);
  t.same(fieldsOf(response), [
    ['x-up', 'up'],
    ['x-echo', 'in up'],
  ]);
});
