import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import type { ConfigError } from '#config/config-error.ts';
import { ParseContext } from '#config/parse-context.ts';
import type { HttpConnectionManagerConfig } from '#http/connection-manager-config.ts';
import {
  connectionManagerParser,
  parseHttpConnectionManager,
} from '#http/connection-manager-from-proto.ts';
import { parseRouteConfiguration } from '#routing/from-proto.ts';
import { messageOf } from '../tools/message-of.ts';

const TYPE = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const EXTENSIONS = 'type.googleapis.com/envoy.extensions';
const router = {
  name: 'router',
  typedConfig: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` },
};
const other = {
  name: 'other',
  typedConfig: { '@type': `${EXTENSIONS}.request_id.uuid.v3.UuidRequestIdConfig` },
};
const parsers = {
  parseRouteConfiguration: (
    context: ParseContext,
    message: Parameters<typeof parseRouteConfiguration>[0],
  ) => parseRouteConfiguration(message, context),
  parseHttpFilter: (
    _context: ParseContext,
    { name, disabled }: { name: string; disabled: boolean },
  ) =>
    name === 'refused'
      ? undefined
      : { type: 'other', name, isDisabled: disabled, config: { a: 1 } },
  parseHeadersToAdd: (_context: ParseContext, messages: readonly unknown[]) => ({
    remove: [],
    add: messages.map(() => ({
      name: 'x',
      value: 'y',
      action: 'APPEND_IF_EXISTS_OR_ADD' as const,
      keepsEmptyValue: false,
    })),
  }),
};

function parse(json: JsonObject): {
  readonly config: HttpConnectionManagerConfig | undefined;
  readonly errors: readonly ConfigError[];
  readonly warnings: readonly ConfigError[];
} {
  const context = ParseContext.root('typed_config');
  const message = messageOf(TYPE, {
    statPrefix: 'in',
    routeConfig: {},
    httpFilters: [router],
    ...json,
  });
  const config = parseHttpConnectionManager(context, 'hcm', message, parsers);
  return { config, errors: context.errors, warnings: context.warnings };
}

t.test('a bare connection manager has Envoy’s defaults', (t) => {
  const { config, errors } = parse({});
  t.same(errors, []);
  const { routeConfig, ...rest } = config as HttpConnectionManagerConfig;
  t.match(routeConfig, { name: '', virtualHosts: [] });
  t.strictSame(rest, {
    type: TYPE,
    name: 'hcm',
    statPrefix: 'in',
    codecType: 'AUTO',
    httpFilters: [
      {
        type: 'envoy.extensions.filters.http.router.v3.Router',
        name: 'router',
        isDisabled: false,
        config: {
          dynamicStats: true,
          suppressEnvoyHeaders: false,
          strictCheckHeaders: [],
          respectExpectedRqTimeout: false,
          suppressGrpcRequestFailureCodeStats: false,
        },
      },
    ],
    common: {
      idleTimeoutMs: 3_600_000,
      maxConnectionDurationMs: 0,
      maxStreamDurationMs: 0,
      maxHeadersCount: 100,
      headersWithUnderscoresAction: 'ALLOW',
      maxRequestsPerConnection: 0,
    },
    http1: {
      allowAbsoluteUrl: true,
      acceptHttp10: false,
      defaultHostForHttp10: '',
      headerKeyFormat: { kind: 'lower_case' },
      enableTrailers: false,
      allowChunkedLength: false,
      allowCustomMethods: false,
    },
    streamIdleTimeoutMs: 300_000,
    requestTimeoutMs: 0,
    requestHeadersTimeoutMs: 0,
    drainTimeoutMs: 5000,
    delayedCloseTimeoutMs: 1000,
    maxRequestHeadersKb: 60,
    streamErrorOnInvalidHttpMessage: false,
    forwarding: {
      useRemoteAddress: false,
      xffNumTrustedHops: 0,
      skipXffAppend: false,
      originalIpDetection: [],
      internalAddresses: { unixSockets: false, cidrRanges: [] },
      via: '',
      representIpv4RemoteAddressAsIpv4MappedIpv6: false,
      appendXForwardedPort: false,
      addUserAgent: false,
      schemeToOverwrite: undefined,
      schemeMatchesUpstream: false,
      forwardClientCertDetails: 'SANITIZE',
      setCurrentClientCertDetails: {
        subject: false,
        cert: false,
        chain: false,
        dns: false,
        uri: false,
      },
    },
    requestId: {
      generate: true,
      preserveExternal: false,
      alwaysSetInResponse: false,
      packTraceReason: true,
      useForTraceSampling: true,
    },
    path: { normalize: false, mergeSlashes: false, withEscapedSlashesAction: 'KEEP_UNCHANGED' },
    stripPort: 'none',
    stripTrailingHostDot: false,
    serverName: 'envoy',
    serverHeaderTransformation: 'OVERWRITE',
    proxy100Continue: false,
    upgrades: [],
    localReply: undefined,
    accessLog: [],
    accessLogOptions: {
      flushIntervalMs: 0,
      flushOnNewRequest: false,
      flushOnTunnelSuccessfullyEstablished: false,
    },
  });
  t.end();
});

t.test('each option changes what it says', (t) => {
  const table: readonly (readonly [json: JsonObject, expected: object])[] = [
    [{ codecType: 'HTTP1' }, { codecType: 'HTTP1' }],
    [{ streamIdleTimeout: '0s' }, { streamIdleTimeoutMs: 0 }],
    [{ streamIdleTimeout: '0.25s' }, { streamIdleTimeoutMs: 250 }],
    [{ requestTimeout: '2s' }, { requestTimeoutMs: 2000 }],
    [{ requestHeadersTimeout: '3s' }, { requestHeadersTimeoutMs: 3000 }],
    [{ drainTimeout: '4s' }, { drainTimeoutMs: 4000 }],
    [{ delayedCloseTimeout: '0s' }, { delayedCloseTimeoutMs: 0 }],
    [{ maxRequestHeadersKb: 96 }, { maxRequestHeadersKb: 96 }],
    [{ streamErrorOnInvalidHttpMessage: true }, { streamErrorOnInvalidHttpMessage: true }],
    [
      {
        streamErrorOnInvalidHttpMessage: true,
        httpProtocolOptions: { overrideStreamErrorOnInvalidHttpMessage: false },
      },
      { streamErrorOnInvalidHttpMessage: false },
    ],
    [
      {
        commonHttpProtocolOptions: {
          idleTimeout: '0s',
          maxConnectionDuration: '60s',
          maxStreamDuration: '61s',
          maxHeadersCount: 50,
          headersWithUnderscoresAction: 'DROP_HEADER',
          maxRequestsPerConnection: 7,
        },
      },
      {
        common: {
          idleTimeoutMs: 0,
          maxConnectionDurationMs: 60_000,
          maxStreamDurationMs: 61_000,
          maxHeadersCount: 50,
          headersWithUnderscoresAction: 'DROP_HEADER',
          maxRequestsPerConnection: 7,
        },
      },
    ],
    [
      {
        httpProtocolOptions: {
          allowAbsoluteUrl: false,
          acceptHttp10: true,
          defaultHostForHttp10: 'h',
          headerKeyFormat: { properCaseWords: {} },
          enableTrailers: true,
          allowChunkedLength: true,
          allowCustomMethods: true,
        },
      },
      {
        http1: {
          allowAbsoluteUrl: false,
          acceptHttp10: true,
          defaultHostForHttp10: 'h',
          headerKeyFormat: { kind: 'proper_case_words' },
          enableTrailers: true,
          allowChunkedLength: true,
          allowCustomMethods: true,
        },
      },
    ],
    [
      {
        httpProtocolOptions: {
          headerKeyFormat: {
            statefulFormatter: {
              name: 'preserve',
              typedConfig: {
                '@type': `${EXTENSIONS}.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig`,
                forwardReasonPhrase: true,
                formatterTypeOnEnvoyHeaders: 'PROPER_CASE',
              },
            },
          },
        },
      },
      {
        http1: {
          headerKeyFormat: {
            kind: 'preserve_case',
            forwardReasonPhrase: true,
            ownHeaders: 'proper_case_words',
          },
        },
      },
    ],
    [
      {
        useRemoteAddress: true,
        xffNumTrustedHops: 2,
        skipXffAppend: true,
        via: 'proxy',
        internalAddressConfig: {
          unixSockets: true,
          cidrRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }],
        },
        representIpv4RemoteAddressAsIpv4MappedIpv6: true,
        appendXForwardedPort: true,
        addUserAgent: true,
        schemeHeaderTransformation: { schemeToOverwrite: 'https', matchUpstream: true },
        forwardClientCertDetails: 'SANITIZE_SET',
        setCurrentClientCertDetails: { subject: true, uri: true },
      },
      {
        forwarding: {
          useRemoteAddress: true,
          xffNumTrustedHops: 2,
          skipXffAppend: true,
          via: 'proxy',
          internalAddresses: {
            unixSockets: true,
            cidrRanges: [{ words: [0x0a000000], prefixLength: 8 }],
          },
          representIpv4RemoteAddressAsIpv4MappedIpv6: true,
          appendXForwardedPort: true,
          addUserAgent: true,
          schemeToOverwrite: 'https',
          schemeMatchesUpstream: true,
          forwardClientCertDetails: 'SANITIZE_SET',
          setCurrentClientCertDetails: { subject: true, cert: false, uri: true },
        },
      },
    ],
    [
      {
        originalIpDetectionExtensions: [
          {
            name: 'xff',
            typedConfig: {
              '@type': `${EXTENSIONS}.http.original_ip_detection.xff.v3.XffConfig`,
              xffNumTrustedHops: 1,
            },
          },
        ],
      },
      { forwarding: { originalIpDetection: [{ kind: 'xff', xffNumTrustedHops: 1 }] } },
    ],
    [
      {
        generateRequestId: false,
        preserveExternalRequestId: true,
        alwaysSetRequestIdInResponse: true,
        requestIdExtension: {
          typedConfig: {
            '@type': `${EXTENSIONS}.request_id.uuid.v3.UuidRequestIdConfig`,
            packTraceReason: false,
            useRequestIdForTraceSampling: false,
          },
        },
      },
      {
        requestId: {
          generate: false,
          preserveExternal: true,
          alwaysSetInResponse: true,
          packTraceReason: false,
          useForTraceSampling: false,
        },
      },
    ],
    [
      {
        normalizePath: true,
        mergeSlashes: true,
        pathWithEscapedSlashesAction: 'UNESCAPE_AND_REDIRECT',
      },
      {
        path: {
          normalize: true,
          mergeSlashes: true,
          withEscapedSlashesAction: 'UNESCAPE_AND_REDIRECT',
        },
      },
    ],
    [{ stripMatchingHostPort: true }, { stripPort: 'matching_host_port' }],
    [{ stripAnyHostPort: true }, { stripPort: 'any_host_port' }],
    [{ stripAnyHostPort: false, stripMatchingHostPort: true }, { stripPort: 'matching_host_port' }],
    [{ stripTrailingHostDot: true }, { stripTrailingHostDot: true }],
    [{ serverName: 'proa' }, { serverName: 'proa' }],
    [
      { serverHeaderTransformation: 'PASS_THROUGH' },
      { serverHeaderTransformation: 'PASS_THROUGH' },
    ],
    [{ proxy100Continue: true }, { proxy100Continue: true }],
    [
      {
        upgradeConfigs: [
          { upgradeType: 'WebSocket' },
          { upgradeType: 'CONNECT', enabled: false, filters: [other, router] },
        ],
      },
      {
        upgrades: [
          { type: 'websocket', isEnabled: true, filters: undefined },
          { type: 'connect', isEnabled: false, filters: [{ name: 'other' }, { name: 'router' }] },
        ],
      },
    ],
    [
      { accessLogFlushInterval: '1s', flushAccessLogOnNewRequest: true },
      { accessLogOptions: { flushIntervalMs: 1000, flushOnNewRequest: true } },
    ],
    [
      {
        accessLogOptions: {
          accessLogFlushInterval: '2s',
          flushAccessLogOnNewRequest: true,
          flushLogOnTunnelSuccessfullyEstablished: true,
        },
      },
      {
        accessLogOptions: {
          flushIntervalMs: 2000,
          flushOnNewRequest: true,
          flushOnTunnelSuccessfullyEstablished: true,
        },
      },
    ],
    [
      {
        accessLog: [
          {
            name: 'stdout',
            typedConfig: { '@type': `${EXTENSIONS}.access_loggers.stream.v3.StdoutAccessLog` },
          },
        ],
      },
      { accessLog: [{ sink: { kind: 'stdout' } }] },
    ],
    [
      { httpFilters: [{ ...other, disabled: true }, router] },
      { httpFilters: [{ name: 'other', isDisabled: true }, { name: 'router' }] },
    ],
    [
      {
        httpFilters: [
          {
            ...router,
            typedConfig: {
              ...router.typedConfig,
              dynamicStats: false,
              suppressEnvoyHeaders: true,
              strictCheckHeaders: ['x-envoy-max-retries'],
              respectExpectedRqTimeout: true,
              suppressGrpcRequestFailureCodeStats: true,
            },
          },
        ],
      },
      {
        httpFilters: [
          {
            config: {
              dynamicStats: false,
              suppressEnvoyHeaders: true,
              strictCheckHeaders: ['x-envoy-max-retries'],
              respectExpectedRqTimeout: true,
              suppressGrpcRequestFailureCodeStats: true,
            },
          },
        ],
      },
    ],
  ];
  for (const [json, expected] of table) {
    const { config, errors } = parse(json);
    t.same(errors, [], JSON.stringify(json));
    t.match(config, expected, JSON.stringify(json));
    t.strictSame(structuredClone(config), config, 'is plain data');
  }
  t.end();
});

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
