import { compileFormat } from '#formatter/compile-format.ts';
import { compileJsonFormat, type FormatStruct } from '#formatter/compile-json-format.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { HeaderMap } from '#http/header-map.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import type { Address } from '#network/address.ts';
import type { BytesMeter } from '#stream-info/bytes-meter.ts';
import { type DownstreamInfo, StreamInfo } from '#stream-info/stream-info.ts';

/** 2026-11-21T12:09:38.644456Z, a Saturday. */
export const START_WALL_MS = 1_795_262_978_644.456;

export const environment: FormatterEnvironment = {
  hostname: 'vm',
  variables: { FMTVAR: 'env-val', UMLAUT: 'ü' },
  nowMs: () => 5007.9,
  wallMs: () => START_WALL_MS + 3,
  uuid: () => 'be54feb5-e42b-46ef-977c-db16b672219c',
};

export function ip(host: string, port: number): Address {
  return { kind: 'ip', host, port };
}

export const downstream: DownstreamInfo = {
  connectionId: 1,
  localAddress: ip('127.0.0.1', 25264),
  directLocalAddress: ip('127.0.0.1', 25264),
  remoteAddress: ip('127.0.0.1', 60922),
  directRemoteAddress: ip('127.0.0.1', 60922),
  requestedServerName: undefined,
  tls: undefined,
  listenerName: 'lsn',
  filterChainName: 'fcn',
  listenerMetadata: { ln: { a: 'lv' } },
  filterChainMetadata: { fn: { a: 'fv' } },
};

/** Nothing but a connection: not even a request that could be understood. */
export function emptyContext(): FormatterContext {
  const bare: DownstreamInfo = {
    connectionId: 3,
    localAddress: downstream.localAddress,
    directLocalAddress: downstream.directLocalAddress,
    remoteAddress: downstream.remoteAddress,
    directRemoteAddress: downstream.directRemoteAddress,
    requestedServerName: undefined,
    tls: undefined,
  };
  return {
    requestHeaders: undefined,
    responseHeaders: undefined,
    responseTrailers: undefined,
    streamInfo: new StreamInfo(bare, 5000, START_WALL_MS),
    localReplyBody: '',
    accessLogType: 'NotSet',
  };
}

/** A request that an upstream answered, with something in every place. */
export function fullContext(): FormatterContext & {
  readonly requestHeaders: RequestHeaders;
  readonly responseHeaders: ResponseHeaders;
  readonly responseTrailers: HeaderMap;
} {
  const requestHeaders = new RequestHeaders();
  requestHeaders.method = 'GET';
  requestHeaders.path = '/vc/p?a=1&b=xyz&enc=a%20b+c&e=';
  requestHeaders.scheme = 'http';
  requestHeaders.authority = 'example.com:80';
  for (const [name, value] of [
    ['user-agent', 'agent/1.0'],
    ['empty', ''],
    ['multi', 'one'],
    ['multi', 'two'],
  ] as const) {
    requestHeaders.append(name, value);
  }
  const responseHeaders = new ResponseHeaders();
  responseHeaders.status = 200;
  responseHeaders.append('server', 'envoy');
  responseHeaders.append('x-up', 'up "q"');
  const responseTrailers = new HeaderMap();
  responseTrailers.append('x-tr', 'tv');
  return {
    requestHeaders,
    responseHeaders,
    responseTrailers,
    streamInfo: fullStreamInfo(),
    localReplyBody: 'no route',
    accessLogType: 'DownstreamEnd',
  };
}

function fullStreamInfo(): StreamInfo {
  const info = new StreamInfo(downstream, 5000.5, START_WALL_MS);
  Object.assign(info, {
    protocol: 'HTTP/1.1',
    remoteAddress: ip('2.2.2.2', 0),
    lastDownstreamRxByteMs: 5000.554,
    firstUpstreamTxByteMs: 5001,
    lastUpstreamTxByteMs: 5001.25,
    firstUpstreamRxByteMs: 5003,
    lastUpstreamRxByteMs: 5003.5,
    firstDownstreamTxByteMs: 5003.25,
    lastDownstreamTxByteMs: 5003.769563,
    endMs: 5003.9,
    responseCode: 200,
    responseCodeDetails: 'via_upstream',
    connectionTerminationDetails: 'gone away',
    bytesReceived: 3,
    bytesSent: 5,
    downstreamBytes: bytes(100),
    upstreamBytes: bytes(200),
    poolReadyMs: 1,
    requestHeadUs: 40,
    responseHeadUs: 60,
    attemptCount: 1,
    routeName: 'rt',
    virtualClusterName: 'vc1',
    route: {
      metadata: { rn: { a: 'rv', n: 1.5, b: true, o: { x: ['1', 2, null] } } },
      virtualHost: { metadata: { vn: { a: 'vv' } } },
    },
    upstreamCluster: {
      name: 'up',
      statName: 'alt_up',
      metadata: { cn: { a: 'cv', s: 'quo"te', nul: null, big: 12345678901234, f: 0.1, u: 'ü' } },
    },
    upstream: {
      hostAddress: '127.0.0.1:39597',
      hostname: 'hostn',
      clusterName: 'up',
      clusterStatName: 'alt_up',
      metadata: { hn: { a: 'hv' } },
    },
    upstreamConnection: {
      connectionId: 2,
      localAddress: ip('127.0.0.1', 47040),
      connectStartMs: 5000.7,
      connectEndMs: 5000.716,
    },
    upstreamTransportFailureReason: 'delayed connect error: Connection refused',
    upstreamProtocol: 'HTTP/1.1',
    requestId: 'b41be968-07b7-4a42-aeb9-fb13982aecdd',
    dynamicMetadata: { com: { key: 'value', number: 7, list: ['a', 1] } },
  } satisfies Partial<StreamInfo>);
  return info;
}

/** What a text format prints. */
export function text(format: string, context: FormatterContext, omitEmptyValues = false): string {
  const compiled = compileFormat(format, { omitEmptyValues });
  if (!compiled.ok) throw new Error(compiled.error.join('; '));
  return instantiateFormat(compiled.value, environment)(context);
}

/** What a JSON format prints. */
export function json(
  struct: FormatStruct,
  context: FormatterContext,
  omitEmptyValues = false,
): string {
  const compiled = compileJsonFormat(struct, omitEmptyValues);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return instantiateFormat(compiled.value, environment)(context);
}

/** A meter that shows six numbers, one after the other. */
function bytes(first: number): BytesMeter {
  return {
    wireBytesReceived: first,
    wireBytesSent: first + 1,
    headerBytesReceived: first + 2,
    headerBytesSent: first + 3,
    decompressedHeaderBytesReceived: first + 4,
    decompressedHeaderBytesSent: first + 5,
  };
}
