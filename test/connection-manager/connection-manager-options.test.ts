import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { ParseContext } from '#config/parse-context.ts';
import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import { parseHttp2 } from '#http/http2-options-from-proto.ts';
import {
  EXTENSIONS,
  other,
  parseManager as parse,
  router,
  TYPE,
} from '../tools/connection-manager-tools.ts';

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
    http2: parseHttp2(ParseContext.root(), undefined),
    streamIdleTimeoutMs: 300_000,
    streamFlushTimeoutMs: undefined,
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
      {
        forwarding: {
          originalIpDetection: [
            { kind: 'xff', xffNumTrustedHops: 1, trustedRanges: [], skipXffAppend: true },
          ],
        },
      },
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
