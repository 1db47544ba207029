import t from 'tap';
import { operators } from '#formatter/operators.ts';
import { StreamInfo } from '#stream-info/stream-info.ts';
import {
  downstream,
  emptyContext,
  environment,
  fullContext,
  ip,
  json,
  START_WALL_MS,
  text,
} from '../tools/formatter-context.ts';

/**
 * Operator, what a full context prints, what an empty one prints; a number is printed as one in
 * JSON, `undefined` is absent. The values are what Envoy 1.40 prints for the same request.
 */
const TABLE: readonly (readonly [operator: string, full: unknown, empty: unknown])[] = [
  ['START_TIME', '2026-11-21T12:09:38.644Z', '2026-11-21T12:09:38.644Z'],
  ['START_TIME(%s.%6f)', '1795262978.644456', '1795262978.644456'],
  ['START_TIME_LOCAL(%s)', '1795262978', '1795262978'],
  ['EMIT_TIME', '2026-11-21T12:09:38.647Z', '2026-11-21T12:09:38.647Z'],
  ['EMIT_TIME_LOCAL(%3f)', '647', '647'],
  ['REQUEST_HEADERS_BYTES', 7 + 3 + 5 + 30 + 7 + 4 + 10 + 14 + 19 + 5 + 8 + 8, 0],
  ['BYTES_RECEIVED', 3, 0],
  ['BYTES_RETRANSMITTED', 0, 0],
  ['PACKETS_RETRANSMITTED', 0, 0],
  ['PROTOCOL', 'HTTP/1.1', undefined],
  ['UPSTREAM_PROTOCOL', 'HTTP/1.1', undefined],
  ['RESPONSE_CODE', 200, 0],
  ['RESPONSE_CODE_DETAILS', 'via_upstream', undefined],
  ['RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)', 'via_upstream', undefined],
  ['CONNECTION_TERMINATION_DETAILS', 'gone away', undefined],
  ['RESPONSE_HEADERS_BYTES', 7 + 3 + 6 + 5 + 4 + 6, 0],
  ['RESPONSE_TRAILERS_BYTES', 6, 0],
  ['BYTES_SENT', 5, 0],
  ['DOWNSTREAM_WIRE_BYTES_RECEIVED', 100, 0],
  ['DOWNSTREAM_WIRE_BYTES_SENT', 101, 0],
  ['DOWNSTREAM_HEADER_BYTES_RECEIVED', 102, 0],
  ['DOWNSTREAM_HEADER_BYTES_SENT', 103, 0],
  ['DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED', 104, 0],
  ['DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT', 105, 0],
  ['UPSTREAM_WIRE_BYTES_RECEIVED', 200, 0],
  ['UPSTREAM_WIRE_BYTES_SENT', 201, 0],
  ['UPSTREAM_HEADER_BYTES_RECEIVED', 202, 0],
  ['UPSTREAM_HEADER_BYTES_SENT', 203, 0],
  ['UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED', 204, 0],
  ['UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT', 205, 0],
  ['UPSTREAM_CONNECTION_POOL_READY_DURATION', 1, undefined],
  ['UPSTREAM_REQUEST_ATTEMPT_COUNT', 1, 0],
  ['DURATION', 3, 7],
  ['COMMON_DURATION(DS_RX_BEG:DS_RX_END:us)', 54, undefined],
  ['COMMON_DURATION(DS_RX_BEG:DS_TX_END:ns)', 3_269_563, undefined],
  ['COMMON_DURATION(DS_RX_BEG:DS_TX_END)', 3, undefined],
  ['COMMON_DURATION(US_CX_BEG:US_CX_END:us)', 16, undefined],
  ['COMMON_DURATION(US_CX_END:US_HS_END:us)', undefined, undefined],
  ['COMMON_DURATION(DS_CX_BEG:DS_CX_END:us)', undefined, undefined],
  ['COMMON_DURATION(DS_RX_BEG:DS_RX_HDR_END:us)', 40, undefined],
  ['COMMON_DURATION(US_RX_BEG:US_RX_BODY_BEG:us)', 60, undefined],
  ['COMMON_DURATION(US_TX_BEG:US_TX_END:us)', 250, undefined],
  ['COMMON_DURATION(US_RX_BEG:US_RX_END:us)', 500, undefined],
  ['COMMON_DURATION(DS_TX_END:DS_TX_BEG:us)', -519, undefined],
  ['COMMON_DURATION(a:b:us)', undefined, undefined],
  ['REQUEST_DURATION', 0, undefined],
  ['REQUEST_TX_DURATION', 0, undefined],
  ['RESPONSE_DURATION', 2, undefined],
  ['RESPONSE_TX_DURATION', 0, undefined],
  ['ROUNDTRIP_DURATION', undefined, undefined],
  ['RESPONSE_FLAGS', '-', '-'],
  ['RESPONSE_FLAGS_LONG', '-', '-'],
  ['ROUTE_NAME', 'rt', undefined],
  ['VIRTUAL_CLUSTER_NAME', 'vc1', undefined],
  ['UPSTREAM_HOST', '127.0.0.1:39597', undefined],
  ['UPSTREAM_HOST_NAME', 'hostn', undefined],
  ['UPSTREAM_HOST_NAME_WITHOUT_PORT', 'hostn', undefined],
  ['UPSTREAM_HOSTS_ATTEMPTED', '127.0.0.1:39597', undefined],
  ['UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT', '127.0.0.1', undefined],
  ['UPSTREAM_HOST_NAMES_ATTEMPTED', 'hostn', undefined],
  ['UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT', 'hostn', undefined],
  ['UPSTREAM_CONNECTION_IDS_ATTEMPTED', '2', undefined],
  ['DOWNSTREAM_TRANSPORT_FAILURE_REASON', undefined, undefined],
  ['UPSTREAM_CLUSTER', 'alt_up', undefined],
  ['UPSTREAM_CLUSTER_RAW', 'up', undefined],
  ['UPSTREAM_LOCAL_ADDRESS', '127.0.0.1:47040', undefined],
  ['UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT', '127.0.0.1', undefined],
  ['UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT(16)', '127.0.0.0/16', undefined],
  ['UPSTREAM_LOCAL_PORT', 47040, undefined],
  ['UPSTREAM_REMOTE_ADDRESS', '127.0.0.1:39597', undefined],
  ['UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT', '127.0.0.1', undefined],
  ['UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)', '127.0.0.0/16', undefined],
  ['UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(x)', '127.0.0.1', undefined],
  ['UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID', '', undefined],
  ['DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID', '', ''],
  ['DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID', '', ''],
  ['UPSTREAM_REMOTE_PORT', 39597, undefined],
  ['UPSTREAM_TRANSPORT_FAILURE_REASON', 'delayed_connect_error:_Connection_refused', undefined],
  ['DOWNSTREAM_REMOTE_ADDRESS', '2.2.2.2:0', '127.0.0.1:60922'],
  ['DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT', '2.2.2.2', '127.0.0.1'],
  ['DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(8)', '2.0.0.0/8', '127.0.0.0/8'],
  ['DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(0)', '0.0.0.0/0', '0.0.0.0/0'],
  ['DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(129)', '2.2.2.2/32', '127.0.0.1/32'],
  ['DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(x)', '2.2.2.2', '127.0.0.1'],
  ['DOWNSTREAM_REMOTE_PORT', 0, 60922],
  ['DOWNSTREAM_DIRECT_REMOTE_ADDRESS', '127.0.0.1:60922', '127.0.0.1:60922'],
  ['DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT', '127.0.0.1', '127.0.0.1'],
  ['DOWNSTREAM_DIRECT_REMOTE_PORT', 60922, 60922],
  ['DOWNSTREAM_LOCAL_ADDRESS', '127.0.0.1:25264', '127.0.0.1:25264'],
  ['DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT', '127.0.0.1', '127.0.0.1'],
  ['DOWNSTREAM_LOCAL_PORT', 25264, 25264],
  ['DOWNSTREAM_DIRECT_LOCAL_ADDRESS', '127.0.0.1:25264', '127.0.0.1:25264'],
  ['DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT', '127.0.0.1', '127.0.0.1'],
  ['DOWNSTREAM_DIRECT_LOCAL_PORT', 25264, 25264],
  ['CONNECTION_ID', 1, 3],
  ['UPSTREAM_CONNECTION_ID', 2, 0],
  ['STREAM_ID', 'b41be968-07b7-4a42-aeb9-fb13982aecdd', undefined],
  ['GRPC_STATUS', undefined, undefined],
  ['GRPC_STATUS_NUMBER', undefined, undefined],
  ['FILTER_STATE(nobody.sets.it)', undefined, undefined],
  ['REQ(:METHOD)', 'GET', undefined],
  ['REQ(:path?x-y)', '/vc/p?a=1&b=xyz&enc=a%20b+c&e=', undefined],
  ['REQ(nope?USER-AGENT)', 'agent/1.0', undefined],
  ['REQ(user-agent):4', 'agen', undefined],
  ['REQ(user-agent):0', '', undefined],
  ['REQ(empty)', '', undefined],
  ['REQ(empty?host)', '', undefined],
  ['REQ(host)', 'example.com:80', undefined],
  ['REQ(:authority)', 'example.com:80', undefined],
  ['REQ(:scheme)', 'http', undefined],
  ['REQ(multi)', 'one', undefined],
  ['REQ(nope)', undefined, undefined],
  ['REQUEST_HEADER(User-Agent)', 'agent/1.0', undefined],
  ['RESP(:status)', '200', undefined],
  ['RESP(x-up)', 'up "q"', undefined],
  ['RESPONSE_HEADER(server)', 'envoy', undefined],
  ['TRAILER(x-tr)', 'tv', undefined],
  ['RESPONSE_TRAILER(nope?X-TR):1', 't', undefined],
  ['DYNAMIC_METADATA(com:key)', 'value', undefined],
  ['DYNAMIC_METADATA(com:number)', 7, undefined],
  ['DYNAMIC_METADATA(com:list)', ['a', 1], undefined],
  ['DYNAMIC_METADATA(com)', { key: 'value', list: ['a', 1], number: 7 }, undefined],
  ['DYNAMIC_METADATA(com:nope)', undefined, undefined],
  [
    'CLUSTER_METADATA(cn)',
    { a: 'cv', big: 12345678901234, f: 0.1, nul: null, s: 'quo"te', u: 'ü' },
    undefined,
  ],
  ['CLUSTER_METADATA(cn:s)', 'quo"te', undefined],
  ['CLUSTER_METADATA(cn:nul)', undefined, undefined],
  ['CLUSTER_METADATA(cn:big)', 12345678901234, undefined],
  ['CLUSTER_METADATA(cn:a:deeper)', undefined, undefined],
  ['UPSTREAM_METADATA(hn:a)', 'hv', undefined],
  ['METADATA(ROUTE:rn)', { a: 'rv', b: true, n: 1.5, o: { x: ['1', 2, null] } }, undefined],
  ['METADATA(ROUTE:rn:n)', 1.5, undefined],
  ['METADATA(ROUTE:rn:b)', true, undefined],
  ['METADATA(ROUTE)', undefined, undefined],
  ['METADATA(LISTENER:ln)', { a: 'lv' }, undefined],
  ['METADATA(LISTENER_FILTER_CHAIN:fn:a)', 'fv', undefined],
  ['METADATA(VIRTUAL_HOST:vn:a)', 'vv', undefined],
  ['METADATA(UPSTREAM_HOST:hn:a)', 'hv', undefined],
  ['METADATA(CLUSTER:cn:a)', 'cv', undefined],
  ['METADATA(DYNAMIC:com:key)', 'value', undefined],
  ['REQUESTED_SERVER_NAME', undefined, undefined],
  ['REQUESTED_SERVER_NAME(SNI_FIRST)', 'example.com:80', undefined],
  ['REQUESTED_SERVER_NAME(HOST_FIRST:ORIG)', undefined, undefined],
  ['REQUESTED_SERVER_NAME(HOST_FIRST:HOST)', 'example.com:80', undefined],
  ['DOWNSTREAM_TLS_VERSION', undefined, undefined],
  ['HOSTNAME', 'vm', 'vm'],
  ['LOCAL_REPLY_BODY', 'no route', ''],
  ['FILTER_CHAIN_NAME', 'fcn', undefined],
  ['LISTENER_NAME', 'lsn', undefined],
  ['CUSTOM_FLAGS', '', ''],
  ['DOWNSTREAM_DETECTED_CLOSE_TYPE', 'Normal', 'Normal'],
  ['DOWNSTREAM_LOCAL_CLOSE_REASON', undefined, undefined],
  ['UPSTREAM_DETECTED_CLOSE_TYPE', 'Normal', undefined],
  ['UPSTREAM_LOCAL_CLOSE_REASON', undefined, undefined],
  ['ACCESS_LOG_TYPE', 'DownstreamEnd', 'NotSet'],
  ['UNIQUE_ID', 'be54feb5-e42b-46ef-977c-db16b672219c', 'be54feb5-e42b-46ef-977c-db16b672219c'],
  ['ENVIRONMENT(FMTVAR)', 'env-val', 'env-val'],
  ['ENVIRONMENT(FMTVAR):3', 'env', 'env'],
  ['ENVIRONMENT(NOPE)', '-', '-'],
  ['ENVIRONMENT(UMLAUT)', 'ü', 'ü'],
  ['QUERY_PARAM(a)', '1', undefined],
  ['QUERY_PARAM(b):2', 'xy', undefined],
  ['QUERY_PARAM(e)', '', undefined],
  ['QUERY_PARAM(enc)', 'a b+c', undefined],
  ['QUERY_PARAM(nope)', undefined, undefined],
  ['QUERY_PARAMS', 'a=1&b=xyz&enc=a%20b+c&e=', undefined],
  ['QUERY_PARAMS(ORIG):3', 'a=1', undefined],
  ['QUERY_PARAMS(DECODED)', 'a=1&b=xyz&enc=a%20b+c&e=', undefined],
  ['PATH', '/vc/p?a=1&b=xyz&enc=a%20b+c&e=', undefined],
  ['PATH(NQ)', '/vc/p', undefined],
  ['PATH(NQ:ORIG)', undefined, undefined],
  ['PATH(WQ:PATH):3', '/vc', undefined],
  ['PATH(:PATH)', '/vc/p?a=1&b=xyz&enc=a%20b+c&e=', undefined],
  [
    'COALESCE({"operators": ["REQUESTED_SERVER_NAME", {"command": "REQ", "param": ":authority"}]})',
    'example.com:80',
    undefined,
  ],
  ['COALESCE({"operators": ["ROUTE_NAME", "BYTES_SENT"]})', 'rt', 0],
  ['COALESCE({"operators": ["UPSTREAM_LOCAL_ADDRESS"]})', '127.0.0.1:47040', undefined],
  [
    'COALESCE({"operators": [{"command":"REQ","param":"user-agent","max_length":3}]}):2',
    'ag',
    undefined,
  ],
];

t.test('every operator is in the table', (t) => {
  const named = new Set(TABLE.map(([operator]) => /^[A-Z0-9_]+/.exec(operator)?.[0]));
  t.same(
    Object.keys(operators).filter((name) => !named.has(name)),
    [],
  );
  t.end();
});

t.test('operators print what Envoy prints, in JSON with their types', (t) => {
  for (const [operator, full, empty] of TABLE) {
    for (const [value, context] of [
      [full, fullContext()],
      [empty, emptyContext()],
    ] as const) {
      const printed = json({ v: `%${operator}%` }, context);
      const parsed = JSON.parse(Buffer.from(printed, 'latin1').toString('utf8')) as { v: unknown };
      t.strictSame(parsed.v, value ?? null, `${operator} in JSON`);
      t.equal(text(`%${operator}%`, context), textOf(value), `${operator} in text`);
    }
  }
  t.end();
});

function textOf(value: unknown): string {
  if (value === undefined) return '-';
  const printed = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(printed, 'utf8').toString('latin1');
}

t.test('response flags are printed with both spellings', (t) => {
  const context = fullContext();
  context.streamInfo.setResponseFlag((1 << 1) | (1 << 5));
  t.equal(text('%RESPONSE_FLAGS%', context), 'UH,UF');
  t.equal(text('%RESPONSE_FLAGS_LONG%', context), 'NoHealthyUpstream,UpstreamConnectionFailure');
  t.end();
});

t.test('the end of a connection is printed in lines about connections', (t) => {
  const context = {
    ...emptyContext(),
    connectionEnd: { detectedCloseType: 'RemoteReset', localCloseReason: 'codec error:x' } as const,
  };
  t.equal(text('%DOWNSTREAM_DETECTED_CLOSE_TYPE%', context), 'RemoteReset');
  t.equal(text('%DOWNSTREAM_LOCAL_CLOSE_REASON%', context), 'codec_error:x');
  t.end();
});

t.test('a connection that was there before the stream was connected at no time of it', (t) => {
  const { streamInfo, ...others } = fullContext();
  const { upstreamConnection: connection } = streamInfo;
  if (connection === undefined) throw new Error('there is one');
  streamInfo.upstreamConnection = { ...connection, connectStartMs: streamInfo.startTimeMs - 1 };
  const context = { streamInfo, ...others };
  t.equal(text('%COMMON_DURATION(US_CX_BEG:US_CX_END)%', context), '-');
  t.end();
});

t.test('details have no white space unless it is asked for', (t) => {
  const context = fullContext();
  context.streamInfo.responseCodeDetails = 'a b\tc';
  t.equal(text('%RESPONSE_CODE_DETAILS%', context), 'a_b_c');
  t.equal(text('%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%', context), 'a b\tc');
  t.end();
});

t.test('rewritten paths and hosts leave their originals to be logged', (t) => {
  const context = fullContext();
  context.requestHeaders.append('x-envoy-original-path', '/orig?q=1');
  context.requestHeaders.append('x-envoy-original-host', 'orig.host');
  t.equal(text('%PATH%', context), '/orig?q=1');
  t.equal(text('%PATH(NQ)%', context), '/orig');
  t.equal(text('%PATH(NQ:PATH)%', context), '/vc/p');
  t.equal(text('%PATH(WQ:ORIG)%', context), '/orig?q=1');
  t.equal(text('%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%', context), '/orig?q=1');
  t.equal(text('%REQUESTED_SERVER_NAME(SNI_FIRST)%', context), 'orig.host');
  t.equal(text('%REQUESTED_SERVER_NAME(SNI_FIRST:HOST)%', context), 'example.com:80');
  t.end();
});

t.test('a server name that TLS brought comes first where it may', (t) => {
  const info = new StreamInfo(
    {
      ...downstream,
      requestedServerName: 'sni.example',
      tls: { version: 'TLSv1.3', peerCertificatePresented: false, peerCertificateValidated: false },
    },
    1,
    START_WALL_MS,
  );
  const context = { ...fullContext(), streamInfo: info };
  t.equal(text('%REQUESTED_SERVER_NAME%', context), 'sni.example');
  t.equal(text('%REQUESTED_SERVER_NAME(SNI_FIRST)%', context), 'sni.example');
  t.equal(text('%REQUESTED_SERVER_NAME(HOST_FIRST)%', context), 'example.com:80');
  t.equal(text('%DOWNSTREAM_TLS_VERSION%', context), 'TLSv1.3');
  t.end();
});

t.test('gRPC statuses come from trailers, headers or the HTTP status', (t) => {
  const table: readonly (readonly [
    contentType: string,
    trailer: string | undefined,
    header: string | undefined,
    responseCode: number,
    printed: string,
  ])[] = [
    ['application/grpc', '7', '3', 200, 'PermissionDenied PERMISSION_DENIED 7'],
    ['application/grpc+proto', undefined, '1', 200, 'Canceled CANCELLED 1'],
    ['application/grpc', undefined, '99', 200, '99 99 99'],
    ['application/grpc', undefined, 'x', 200, '-1 -1 -1'],
    ['application/grpc', undefined, '-1', 200, '-1 -1 -1'],
    ['application/grpc', undefined, undefined, 503, 'Unavailable UNAVAILABLE 14'],
    ['application/grpc', undefined, undefined, 200, 'Unknown UNKNOWN 2'],
    ['application/grpc', undefined, undefined, 0, '- - -'],
    ['application/grpc; charset=x', '0', undefined, 200, '- - -'],
    ['application/grpcx', '0', undefined, 200, '- - -'],
    ['application/json', '0', undefined, 200, '- - -'],
  ];
  for (const [contentType, trailer, header, responseCode, printed] of table) {
    const context = fullContext();
    context.requestHeaders.append('content-type', contentType);
    if (trailer !== undefined) context.responseTrailers.append('grpc-status', trailer);
    if (header !== undefined) context.responseHeaders.append('grpc-status', header);
    context.streamInfo.responseCode = responseCode;
    t.equal(
      text('%GRPC_STATUS% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS(NUMBER)%', context),
      printed,
    );
  }
  t.end();
});

t.test('query parameters are decoded as far as Envoy decodes them', (t) => {
  const context = fullContext();
  const decoded = (query: string): string => {
    context.requestHeaders.path = `/q?${query}`;
    return text('%QUERY_PARAMS(DECODED)%', context);
  };
  t.equal(
    decoded('a=%41%2f&b=%zz&c=1+2&d=a%3Db&e=%26&f=%20%22%C3%BC&g'),
    'a=A/&b=zz&c=1+2&d=a=b&e=&&f=%20%22%C3%BC&g',
  );
  t.equal(decoded('a=%4&b=%g1&c=%1g&d=%&e=%%41&f=%2z%41'), 'a=4&b=g1&c=1g&d=&e=A&f=2zA');
  t.equal(decoded('a=1&a=2&=x&&z=%'), 'a=1&a=2&=x&&z=%');
  t.equal(decoded(''), '');
  context.requestHeaders.path = '/q?a=1&%61b=2&a=3&x';
  t.equal(text('%QUERY_PARAM(a)%|%QUERY_PARAM(ab)%|%QUERY_PARAM(x)%', context), '1|2|');
  t.end();
});

t.test('IPv6 addresses have brackets with a port only, and shorten when masked', (t) => {
  const print = (host: string, format: string): string => {
    const context = fullContext();
    context.streamInfo.remoteAddress = ip(host, 443);
    return text(`%DOWNSTREAM_REMOTE_ADDRESS${format}%`, context);
  };
  t.equal(
    print('2001:db8:1234:5678:9abc:def0:1234:5678', ''),
    '[2001:db8:1234:5678:9abc:def0:1234:5678]:443',
  );
  t.equal(print('::1', '_WITHOUT_PORT'), '::1');
  t.equal(
    print('2001:db8:1234:5678:9abc:def0:1234:5678', '_WITHOUT_PORT(64)'),
    '2001:db8:1234:5678::/64',
  );
  t.equal(print('2001:db8:0:1:1:0:0:1', '_WITHOUT_PORT(128)'), '2001:db8:0:1:1::1/128');
  t.equal(print('2001:db8::1', '_WITHOUT_PORT(0)'), '::/0');
  t.equal(print('1:2:3:4:5:6:7:8', '_WITHOUT_PORT(128)'), '1:2:3:4:5:6:7:8/128');
  t.end();
});

t.test('a Unix socket is printed as its path and has no port', (t) => {
  const context = fullContext();
  context.streamInfo.remoteAddress = { kind: 'pipe', path: '/run/"x"' };
  t.equal(text('%DOWNSTREAM_REMOTE_ADDRESS%|%DOWNSTREAM_REMOTE_PORT%', context), '/run/"x"|-');
  t.equal(text('%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%', context), '/run/"x"');
  t.equal(text('%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(8)%', context), '-');
  t.equal(json({ a: '%DOWNSTREAM_REMOTE_ADDRESS%' }, context), '{"a":"/run/\\"x\\""}\n');
  t.end();
});

t.test('a host that was not reached has an address and a cluster, but no connection', (t) => {
  const context = fullContext();
  const { streamInfo: info } = context;
  info.upstreamConnection = undefined;
  info.upstream = {
    hostAddress: '[::1]:80',
    hostname: '',
    clusterName: 'up',
    clusterStatName: 'alt_up',
  };
  t.equal(
    text('%UPSTREAM_HOST% %UPSTREAM_HOST_NAME% %UPSTREAM_HOST_NAME_WITHOUT_PORT%', context),
    '[::1]:80 [::1]:80 ::1',
  );
  t.equal(text('%UPSTREAM_REMOTE_ADDRESS% %UPSTREAM_REMOTE_PORT%', context), '- -');
  info.upstream = undefined;
  t.equal(
    text('%UPSTREAM_HOST% %UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW%', context),
    '- alt_up up',
  );
  t.end();
});

t.test('metadata is cut where it is text', (t) => {
  const context = fullContext();
  t.equal(text('%DYNAMIC_METADATA(com:key):2%', context), 'va');
  t.equal(text('%DYNAMIC_METADATA(com):5%', context), '{"key');
  t.equal(json({ m: '%DYNAMIC_METADATA(com:key):2%' }, context), '{"m":"va"}\n');
  t.equal(json({ m: '%DYNAMIC_METADATA(com:list):2%' }, context), '{"m":["a",1]}\n');
  t.end();
});

t.test('a stream that has not ended lasts until now', (t) => {
  const context = emptyContext();
  t.equal(text('%DURATION%', context), String(Math.floor(environment.nowMs() - 5000)));
  t.end();
});
