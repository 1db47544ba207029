import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import type { AccessLogConfig } from '#access-log/access-log-config.ts';
import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import { parseAccessLogFilter } from '#access-log/filter-from-proto.ts';
import { parseAccessLogs } from '#access-log/from-proto.ts';
import type { ConfigError } from '#config/config-error.ts';
import { ParseContext } from '#config/parse-context.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import { environment, fullContext } from '../tools/formatter-context.ts';
import { messageOf } from '../tools/message-of.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const LOGGERS = 'type.googleapis.com/envoy.extensions.access_loggers';

function parse(
  typedConfig: JsonObject,
  fields: JsonObject = {},
): { readonly config: AccessLogConfig | undefined; readonly errors: readonly ConfigError[] } {
  const context = ParseContext.root('access_log');
  const message = messageOf('envoy.config.accesslog.v3.AccessLog', { typedConfig, ...fields });
  const [config] = parseAccessLogs(context, [message]);
  return { config, errors: context.errors };
}

function line(typedConfig: JsonObject): string {
  const { config, errors } = parse(typedConfig);
  if (config === undefined) throw new Error(JSON.stringify(errors));
  return instantiateFormat(structuredClone(config.format), environment)(fullContext());
}

const file = (fields: JsonObject): JsonObject => ({
  '@type': `${LOGGERS}.file.v3.FileAccessLog`,
  path: '/log',
  ...fields,
});
const stream = (kind: string, fields: JsonObject): JsonObject => ({
  '@type': `${LOGGERS}.stream.v3.${kind}AccessLog`,
  ...fields,
});

t.test('files and streams are where lines go', (t) => {
  t.strictSame(parse(file({})).config?.sink, { kind: 'file', path: '/log' });
  t.strictSame(parse(stream('Stdout', {})).config?.sink, { kind: 'stdout' });
  t.strictSame(parse(stream('Stderr', {})).config?.sink, { kind: 'stderr' });
  t.end();
});

t.test('without a format lines are Envoy’s', (t) => {
  const wanted =
    '[2026-11-21T12:09:38.644Z] "GET /vc/p?a=1&b=xyz&enc=a%20b+c&e= HTTP/1.1" 200 - 3 5 3 - ' +
    '"-" "agent/1.0" "-" "example.com:80" "127.0.0.1:39597"\n';
  t.equal(line(file({})), wanted);
  t.equal(line(file({ format: '' })), wanted);
  t.equal(line(stream('Stdout', {})), wanted);
  t.end();
});

t.test('every way to say the format', (t) => {
  const jsonFormat = { c: '%RESPONSE_CODE%', n: '%REQ(nope)%', é: 'ü' };
  const printed = Buffer.from('{"c":200,"n":null,"é":"ü"}\n').toString('latin1');
  t.equal(line(file({ format: 'ü %RESPONSE_CODE%\n' })), '\xc3\xbc 200\n');
  t.equal(line(file({ jsonFormat })), printed);
  t.equal(line(file({ typedJsonFormat: jsonFormat })), printed);
  t.equal(line(file({ logFormat: { jsonFormat } })), printed);
  t.equal(
    line(file({ logFormat: { jsonFormat, omitEmptyValues: true } })),
    printed.replace('"n":null,', ''),
  );
  t.equal(line(file({ logFormat: { textFormat: '%REQ(nope)%' } })), '-');
  t.equal(line(file({ logFormat: { textFormat: '%REQ(nope)%', omitEmptyValues: true } })), '');
  t.equal(
    line(stream('Stderr', { logFormat: { textFormatSource: { inlineString: 'x%PROTOCOL%' } } })),
    'xHTTP/1.1',
  );
  t.equal(
    line(stream('Stdout', { logFormat: { textFormatSource: { inlineBytes: '/w==' } } })),
    '\xff',
  );
  t.end();
});

t.test('what is wrong with a log is reported, and the log left out', (t) => {
  const missing = join(temporaryFolder(t), 'missing');
  const table: readonly (readonly [json: JsonObject, error: ConfigError])[] = [
    [
      file({ logFormat: { textFormat: '%NOPE_NOPE%' } }),
      {
        path: 'access_log[0].typed_config.log_format.text_format',
        reason: 'there is no operator NOPE_NOPE',
      },
    ],
    [
      file({ logFormat: { jsonFormat: { a: ['%', 1] } } }),
      {
        path: 'access_log[0].typed_config.log_format.json_format.a[0]',
        reason: "couldn't find valid command at position 0 of '%'",
      },
    ],
    [
      file({ logFormat: {} }),
      { path: 'access_log[0].typed_config.log_format', reason: 'a format is required' },
    ],
    [
      { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      {
        path: 'access_log[0].typed_config',
        reason: 'this access logger is not supported by Proa yet',
        value: 'envoy.extensions.filters.http.router.v3.Router',
      },
    ],
  ];
  for (const [json, error] of table) {
    t.strictSame(parse(json), { config: undefined, errors: [error] });
  }
  const unreadable = parse(file({ logFormat: { textFormatSource: { filename: missing } } }));
  t.equal(unreadable.config, undefined);
  t.match(unreadable.errors, [
    {
      path: 'access_log[0].typed_config.log_format.text_format_source.filename',
      reason: /^unable to read file/,
      value: missing,
    },
  ]);
  const badFilter = parse(file({}), { filter: { andFilter: { filters: [{}] } } });
  t.equal(badFilter.config, undefined, 'a log is not written without its filter');
  t.end();
});

t.test('filters are read one by one', (t) => {
  const value = { defaultValue: 5, runtimeKey: 'k' };
  const table: readonly (readonly [json: JsonObject, config: AccessLogFilterConfig])[] = [
    [
      { statusCodeFilter: { comparison: { op: 'GE', value } } },
      { kind: 'status_code', comparison: { op: 'GE', value: 5, runtimeKey: 'k' } },
    ],
    [
      { durationFilter: { comparison: { op: 'LE', value } } },
      { kind: 'duration', comparison: { op: 'LE', value: 5, runtimeKey: 'k' } },
    ],
    [{ notHealthCheckFilter: {} }, { kind: 'not_health_check' }],
    [{ traceableFilter: {} }, { kind: 'traceable' }],
    [
      { runtimeFilter: { runtimeKey: 'r' } },
      {
        kind: 'runtime',
        runtimeKey: 'r',
        percentSampled: { numerator: 0, denominator: 100 },
        useIndependentRandomness: false,
      },
    ],
    [
      {
        runtimeFilter: {
          runtimeKey: 'r',
          percentSampled: { numerator: 3, denominator: 'MILLION' },
          useIndependentRandomness: true,
        },
      },
      {
        kind: 'runtime',
        runtimeKey: 'r',
        percentSampled: { numerator: 3, denominator: 1_000_000 },
        useIndependentRandomness: true,
      },
    ],
    [
      { orFilter: { filters: [{ traceableFilter: {} }, { notHealthCheckFilter: {} }] } },
      { kind: 'or', filters: [{ kind: 'traceable' }, { kind: 'not_health_check' }] },
    ],
    [
      { headerFilter: { header: { name: 'X-Y', presentMatch: true } } },
      {
        kind: 'header',
        header: {
          name: 'x-y',
          test: { kind: 'present', isPresent: true },
          isInverted: false,
          treatsMissingAsEmpty: false,
        },
      },
    ],
    [{ responseFlagFilter: {} }, { kind: 'response_flag', flags: 0 }],
    [
      { grpcStatusFilter: { statuses: ['OK', 'UNAVAILABLE'], exclude: true } },
      { kind: 'grpc_status', statuses: [0, 14], exclude: true },
    ],
    [
      { logTypeFilter: { types: ['DownstreamEnd', 'TcpPeriodic'] } },
      { kind: 'log_type', types: ['DownstreamEnd', 'TcpPeriodic'], exclude: false },
    ],
    [{ metadataFilter: {} }, { kind: 'metadata', matcher: undefined, matchIfKeyNotFound: true }],
    [
      {
        metadataFilter: {
          matcher: {
            filter: 'n',
            path: [{ key: 'a' }, { key: 'b' }],
            value: { doubleMatch: { range: { start: 1, end: 2 } } },
          },
          matchIfKeyNotFound: false,
        },
      },
      {
        kind: 'metadata',
        matcher: {
          path: ['n', 'a', 'b'],
          value: { kind: 'number_range', start: 1, end: 2 },
          isInverted: false,
        },
        matchIfKeyNotFound: false,
      },
    ],
  ];
  for (const [json, config] of table) {
    const context = ParseContext.root();
    const message = messageOf('envoy.config.accesslog.v3.AccessLogFilter', json);
    const parsed = parseAccessLogFilter(context, message);
    t.strictSame(parsed, config);
    t.same(context.errors, []);
    t.strictSame(structuredClone(parsed), parsed, 'is plain data');
  }
  t.end();
});
