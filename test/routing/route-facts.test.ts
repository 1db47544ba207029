import type { JsonValue } from '@bufbuild/protobuf';
import t from 'tap';
import { RouteTable } from '#routing/route-table.ts';
import { readRoutes, requestOf, streamInfo, tableOf } from '../tools/route-tools.ts';

t.test('virtual clusters are found by headers, the rest counts as other', async (t) => {
  const header = (value: string) => [{ name: ':path', stringMatch: { prefix: value } }];
  const table = tableOf({
    virtualHosts: [
      {
        name: 'v',
        domains: ['v'],
        virtualClusters: [
          { name: 'a', headers: header('/a') },
          { name: 'ab', headers: header('/ab') },
        ],
        routes: [{ match: { prefix: '/' }, route: { cluster: 'c' } }],
      },
      { name: 'w', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'c' } }] },
    ],
  });
  const nameFor = (host: string, path: string): string | undefined => {
    const request = requestOf({ host, path });
    return table.match(request, streamInfo(), 0)?.virtualHost.virtualClusterName(request);
  };
  t.equal(nameFor('v', '/abc'), 'a');
  t.equal(nameFor('v', '/b'), 'other');
  t.equal(nameFor('w', '/a'), undefined);
});

t.test('a route tells about itself, its virtual host and its table', async (t) => {
  const table = tableOf({
    name: 'table',
    internalOnlyHeaders: ['X-Internal'],
    virtualHosts: [
      {
        name: 'host',
        domains: ['*'],
        includeRequestAttemptCount: true,
        includeAttemptCountInResponse: true,
        perRequestBufferLimitBytes: 20,
        metadata: { filterMetadata: { h: { a: 1 } } },
        routes: [
          {
            name: 'route',
            match: { prefix: '/' },
            route: { cluster: 'c' },
            statPrefix: 'stats',
            metadata: { filterMetadata: { r: { b: 2 } } },
          },
        ],
      },
    ],
  });
  const route = table.match(requestOf({}), streamInfo(), 0);
  t.match(route, {
    name: 'route',
    statPrefix: 'stats',
    metadata: { r: { b: 2 } },
    action: { perRequestBufferLimitBytes: 20 },
    virtualHost: {
      name: 'host',
      metadata: { h: { a: 1 } },
      includeRequestAttemptCount: true,
      includeAttemptCountInResponse: true,
      routeConfigurationName: 'table',
    },
  });
  t.same(table.internalOnlyHeaders, ['x-internal']);
});

t.test('a direct response carries its bytes', async (t) => {
  const table = tableOf({
    virtualHosts: [
      {
        name: 'v',
        domains: ['*'],
        routes: [
          { match: { path: '/s' }, directResponse: { status: 299, body: { inlineString: 'é' } } },
          { match: { path: '/b' }, directResponse: { status: 200, body: { inlineBytes: '/w==' } } },
          {
            match: { path: '/f' },
            directResponse: {
              status: 200,
              body: { inlineString: 'inner' },
              bodyFormat: {
                textFormatSource: { inlineString: '<%LOCAL_REPLY_BODY%> %PATH% %REQ(x-a)%' },
              },
            },
          },
          {
            match: { path: '/j' },
            directResponse: { status: 200, bodyFormat: { jsonFormat: { path: '%PATH%' } } },
          },
          {
            match: { path: '/t' },
            directResponse: {
              status: 200,
              bodyFormat: {
                textFormatSource: { inlineString: '%REQ(x-none)%' },
                omitEmptyValues: true,
                contentType: 'text/html',
              },
            },
          },
          { match: { prefix: '/' }, nonForwardingAction: {} },
        ],
      },
    ],
  });
  const actionFor = (path: string) => table.match(requestOf({ path }), streamInfo(), 0)?.action;
  const answer = (path: string, headers: readonly (readonly [string, string])[] = []) => {
    const action = actionFor(path);
    if (action?.kind !== 'direct_response') throw new Error(`${path} is not answered`);
    return [
      action.status,
      action.body(requestOf({ path, headers }), streamInfo()),
      action.contentType,
    ];
  };
  t.same(answer('/s'), [299, '\xc3\xa9', undefined]);
  t.same(answer('/b'), [200, '\xff', undefined]);
  t.same(
    answer('/f', [['x-a', 'one']]),
    [200, '<inner> /f one', undefined],
    'text has no type of its own',
  );
  t.same(answer('/j'), [200, '{"path":"/j"}\n', 'application/json']);
  t.same(answer('/t'), [200, '', 'text/html']);
  t.same(actionFor('/'), { kind: 'non_forwarding_action' });
});

function wrapped(config: Record<string, JsonValue>): Record<string, JsonValue> {
  return { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', ...config };
}

t.test('filters get what the most specific level says to them', async (t) => {
  const say = (...values: string[]): Record<string, JsonValue> =>
    Object.fromEntries(
      values.map((value) => [
        value.split('=')[0],
        { '@type': 'type.googleapis.com/google.protobuf.StringValue', value },
      ]),
    );
  const { config, errors } = readRoutes(
    {
      typedPerFilterConfig: say('table=', 'both=table', 'off=table'),
      virtualHosts: [
        {
          name: 'v',
          domains: ['*'],
          typedPerFilterConfig: { ...say('both=host'), off: wrapped({ disabled: true }) },
          routes: [
            {
              match: { prefix: '/' },
              typedPerFilterConfig: say('both=route'),
              route: {
                weightedClusters: {
                  clusters: [
                    { name: 'c', weight: 1, typedPerFilterConfig: say('both=cluster') },
                    { name: 'd', weight: 1 },
                  ],
                },
              },
            },
          ],
        },
      ],
    },
    {
      parsePerFilterConfig: (_name, any) => Buffer.from(any.value).toString().split('=')[1],
    },
  );
  t.same(errors, []);
  const table = new RouteTable(structuredClone(config));
  const route = table.match(requestOf({}), streamInfo(), 0);
  t.equal(route?.perFilterConfig('both'), 'cluster');
  t.same(route?.perFilterConfigs('both'), ['table', 'host', 'route', 'cluster']);
  t.equal(route?.perFilterConfig('none'), undefined);
  t.equal(route?.isFilterDisabled('off'), true);
  t.equal(route?.perFilterConfig('off'), 'table', 'a level that only disables says nothing');
  t.equal(route?.isFilterDisabled('both'), false);
  t.equal(route?.isFilterDisabled('none'), undefined);
  const other = table.match(requestOf({}), streamInfo(), 1);
  t.equal(other?.perFilterConfig('both'), 'route');
});

t.test(
  'what is said to a filter that takes no such thing is refused unless optional',
  async (t) => {
    const text = { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'x' };
    const errorsOf = (config: Record<string, JsonValue>): string[] =>
      readRoutes({ typedPerFilterConfig: { f: config } }).errors.map(({ reason }) => reason);
    const unknown = ["Didn't find a registered implementation for 'f'"];
    t.same(errorsOf(text), unknown);
    t.same(errorsOf(wrapped({ config: text })), unknown);
    t.same(errorsOf(wrapped({ config: text, isOptional: true })), []);
    t.same(errorsOf(wrapped({ disabled: true })), []);
    t.same(errorsOf(wrapped({})), [
      'Empty route/virtual host per filter configuration for f filter',
    ]);
  },
);
