import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import type { ConfigError } from '#config/config-error.ts';
import { ParseContext } from '#config/parse-context.ts';
import { connectionManagerParser } from '#connection-manager/connection-manager-from-proto.ts';
import {
  EXTENSIONS,
  other,
  parseManager as parse,
  parsers,
  router,
  TYPE,
} from '../tools/connection-manager-tools.ts';
import { messageOf } from '../tools/message-of.ts';

t.test('internal addresses: none, the usual ones, or those that are named', (t) => {
  const ranges = (json: JsonObject): readonly string[] | undefined =>
    parse(json).config?.forwarding.internalAddresses.cidrRanges.map(
      ({ words, prefixLength }) => `${words.join('.')}/${prefixLength}`,
    );
  t.same(ranges({}), []);
  t.same(ranges({ internalAddressConfig: {} }), [
    `${10 * 2 ** 24}/8`,
    `${172 * 2 ** 24 + 16 * 2 ** 16}/12`,
    `${192 * 2 ** 24 + 168 * 2 ** 16}/16`,
    `${127 * 2 ** 24 + 1}/32`,
    `${0xfd000000}.0.0.0/8`,
    '0.0.0.1/128',
  ]);
  t.same(ranges({ internalAddressConfig: { cidrRanges: [{ addressPrefix: '1.2.3.4' }] } }), [
    '0/0',
  ]);
  t.end();
});

t.test('replies of its own are mapped by the first filter that matches', (t) => {
  const { config, errors } = parse({
    localReplyConfig: {
      mappers: [
        {
          filter: {
            statusCodeFilter: {
              comparison: { op: 'EQ', value: { defaultValue: 404, runtimeKey: 'k' } },
            },
          },
          statusCode: 410,
          body: { inlineString: 'göne' },
          bodyFormatOverride: { jsonFormat: { code: '%RESPONSE_CODE%' }, contentType: 'text/x' },
          headersToAdd: [{ header: { key: 'x', value: 'y' } }],
        },
        { filter: { responseFlagFilter: { flags: ['UH', 'NR'] } } },
      ],
      bodyFormat: { textFormatSource: { inlineString: '%LOCAL_REPLY_BODY%' } },
    },
  });
  t.same(errors, []);
  t.match(config?.localReply, {
    mappers: [
      {
        filter: { kind: 'status_code', comparison: { op: 'EQ', value: 404, runtimeKey: 'k' } },
        statusCode: 410,
        body: 'g\xc3\xb6ne',
        bodyFormat: { format: { kind: 'json' }, contentType: 'text/x' },
        headersToAdd: { add: [{ name: 'x' }] },
      },
      {
        filter: { kind: 'response_flag', flags: (1 << 1) | (1 << 8) },
        statusCode: undefined,
        body: undefined,
        bodyFormat: undefined,
        headersToAdd: undefined,
      },
    ],
    bodyFormat: { format: { kind: 'text' }, contentType: 'text/plain' },
  });
  t.end();
});

t.test('every mistake is reported with its place', (t) => {
  const xff = {
    name: 'xff',
    typedConfig: { '@type': `${EXTENSIONS}.http.original_ip_detection.xff.v3.XffConfig` },
  };
  const table: readonly (readonly [json: JsonObject, errors: readonly ConfigError[]])[] = [
    [
      { stripMatchingHostPort: true, stripAnyHostPort: true },
      [
        {
          path: 'typed_config',
          reason: 'only one of strip_matching_host_port and strip_any_host_port can be set',
        },
      ],
    ],
    [
      { originalIpDetectionExtensions: [xff], useRemoteAddress: true, xffNumTrustedHops: 1 },
      ['use_remote_address', 'xff_num_trusted_hops'].map((field) => ({
        path: 'typed_config.original_ip_detection_extensions',
        reason: `original IP detection extensions and ${field} may not be mixed`,
      })),
    ],
    [
      { upgradeConfigs: [{ upgradeType: 'a' }, { upgradeType: 'A' }] },
      [
        {
          path: 'typed_config.upgrade_configs[1]',
          reason: 'multiple upgrade configs with the same name',
          value: 'A',
        },
      ],
    ],
    [
      {
        accessLogOptions: {},
        accessLogFlushInterval: '1s',
        flushAccessLogOnNewRequest: true,
      },
      ['flush_access_log_on_new_request', 'access_log_flush_interval'].map((field) => ({
        path: `typed_config.${field}`,
        reason: `only one of ${field} and access_log_options can be set`,
      })),
    ],
    [
      { httpFilters: [] },
      [
        {
          path: 'typed_config.http_filters',
          reason: 'the chain has no terminal filter such as the router',
        },
      ],
    ],
    [
      { httpFilters: [router, other] },
      [
        {
          path: 'typed_config.http_filters[0]',
          reason: 'a terminal filter must be the last filter in a http filter chain',
          value: 'router',
        },
        {
          path: 'typed_config.http_filters[1]',
          reason: 'a non-terminal filter is the last filter in a http filter chain',
          value: 'other',
        },
      ],
    ],
    [
      { httpFilters: [{ name: 'nothing' }, router] },
      [
        {
          path: 'typed_config.http_filters[0]',
          reason: 'the filter has no typed_config',
          value: 'nothing',
        },
      ],
    ],
    [
      {
        localReplyConfig: {
          mappers: [{ filter: { andFilter: { filters: [{}] } } }],
          bodyFormat: { jsonFormat: { a: { b: '%NOPE_NOPE%' } } },
        },
      },
      [
        {
          path: 'typed_config.local_reply_config.mappers[0].filter.and_filter.filters[0]',
          reason: 'a filter is required',
        },
        {
          path: 'typed_config.local_reply_config.body_format.json_format.a.b',
          reason: 'there is no operator NOPE_NOPE',
        },
      ],
    ],
    [
      { accessLog: [{ name: 'nothing' }] },
      [
        {
          path: 'typed_config.access_log[0]',
          reason: 'the access log has no typed_config',
          value: 'nothing',
        },
      ],
    ],
  ];
  for (const [json, errors] of table)
    t.strictSame(parse(json).errors, errors, JSON.stringify(json));
  t.end();
});

t.test('there is no result without routes', (t) => {
  const context = ParseContext.root('c');
  const rds = messageOf(TYPE, { rds: { routeConfigName: 'r' }, httpFilters: [router] });
  t.equal(connectionManagerParser(parsers)(context, 'x', rds), undefined);
  t.strictSame(context.errors, [{ path: 'c', reason: 'a route_config is required' }]);
  t.end();
});
