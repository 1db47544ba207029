import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { SeededRandom } from '#base/random.ts';
import type { ManagerRuntime } from '#connection-manager/manager-runtime.ts';
import { prepareRequestHeaders } from '#connection-manager/request-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { Address } from '#network/address.ts';
import { StreamInfo } from '#stream-info/stream-info.ts';
import { parseManager } from '../tools/connection-manager-tools.ts';
import { requestOf } from '../tools/route-tools.ts';

const runtime = {
  services: { random: new SeededRandom(1) },
  serviceCluster: 'my-cluster',
  serviceNode: 'my-node',
  localIp: '192.0.2.1',
  internalOnlyHeaders: ['x-internal-only'],
} as unknown as ManagerRuntime;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

interface Prepared {
  readonly headers: RequestHeaders;
  readonly info: StreamInfo;
  readonly fields: Readonly<Record<string, string>>;
}

/** What becomes of a request from an address, under a configuration. */
function prepare(
  manager: JsonObject,
  fields: Readonly<Record<string, string>> = {},
  from = '203.0.113.9',
): Prepared {
  const { config, errors } = parseManager(manager);
  if (config === undefined || errors.length > 0) throw new Error(JSON.stringify(errors));
  const address: Address = { kind: 'ip', host: from, port: 1 };
  const local: Address = { kind: 'ip', host: '192.0.2.1', port: 8080 };
  const info = new StreamInfo(
    {
      connectionId: 1,
      localAddress: local,
      remoteAddress: address,
      directRemoteAddress: address,
      directLocalAddress: local,
      requestedServerName: undefined,
      tls: undefined,
    },
    0,
    0,
  );
  const headers = requestOf({ headers: Object.entries(fields) });
  if (fields['x-forwarded-proto'] === undefined) headers.remove('x-forwarded-proto');
  prepareRequestHeaders(headers, info, config, runtime);
  const result: Record<string, string> = {};
  headers.forEach((name, value) => {
    result[name] = value;
  });
  return { headers, info, fields: result };
}

const EDGE = { useRemoteAddress: true };
const INTERNAL = {
  useRemoteAddress: true,
  internalAddressConfig: { cidrRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }] },
};

t.test('hop-by-hop fields go', async (t) => {
  const { fields } = prepare(
    {},
    {
      connection: 'keep-alive',
      'keep-alive': '1',
      'proxy-connection': 'keep-alive',
      'transfer-encoding': 'chunked',
      upgrade: 'h2c',
      'x-envoy-internal': 'true',
      'x-kept': '1',
    },
  );
  t.same(Object.keys(fields), ['x-kept', 'x-forwarded-proto', 'x-request-id']);
});

t.test('an upgrade keeps what names it', async (t) => {
  const { fields } = prepare({}, { connection: 'Upgrade', upgrade: 'websocket' });
  t.match(fields, { connection: 'Upgrade', upgrade: 'websocket' });
});

t.test('te is forwarded for trailers alone', async (t) => {
  t.equal(prepare({}, { te: 'gzip, Trailers' }).fields['te'], 'trailers');
  t.equal(prepare({}, { te: 'gzip' }).fields['te'], undefined);
});

t.test('x-forwarded-for', async (t) => {
  const rows: readonly (readonly [JsonObject, string | undefined, string, string | undefined])[] = [
    // Configuration, what came, from where, what goes.
    [{}, undefined, '203.0.113.9', undefined],
    [{}, '1.2.3.4', '203.0.113.9', '1.2.3.4'],
    [EDGE, undefined, '203.0.113.9', '203.0.113.9'],
    [EDGE, '1.2.3.4', '203.0.113.9', '1.2.3.4,203.0.113.9'],
    [EDGE, undefined, '127.0.0.1', '192.0.2.1'],
    [EDGE, undefined, '::1', '192.0.2.1'],
    [EDGE, undefined, '127.0.0.2', '127.0.0.2'],
    [{ ...EDGE, skipXffAppend: true }, '1.2.3.4', '203.0.113.9', '1.2.3.4'],
  ];
  for (const [manager, came, from, goes] of rows) {
    const sent = came === undefined ? {} : { 'x-forwarded-for': came };
    t.equal(prepare(manager, sent, from).fields['x-forwarded-for'], goes);
  }
});

function xffDetection(fields: JsonObject): JsonObject {
  const type = 'envoy.extensions.http.original_ip_detection.xff.v3.XffConfig';
  return { name: 'xff', typedConfig: { '@type': `type.googleapis.com/${type}`, ...fields } };
}

t.test('the client’s address behind trusted proxies, as Envoy finds it', async (t) => {
  const trusting = (addressPrefix: string, more: JsonObject = {}): JsonObject => {
    const cidrs = [addressPrefix, '10.0.0.0'].map((prefix) => ({
      addressPrefix: prefix,
      prefixLen: 8,
    }));
    const detection = xffDetection({ xffTrustedCidrs: { cidrs }, ...more });
    return { originalIpDetectionExtensions: [detection] };
  };
  const trusted = trusting('203.0.0.0');
  const appending = trusting('203.0.0.0', { skipXffAppend: false });
  const rows: readonly (readonly [JsonObject, string, string, string])[] = [
    // Configuration, x-forwarded-for as it came, the client (the peer is 203.0.113.9), and as it goes.
    [trusted, '1.1.1.1, 2.2.2.2, 10.1.2.3', '2.2.2.2', '1.1.1.1, 2.2.2.2, 10.1.2.3'],
    [trusted, '10.9.9.9, 10.1.2.3', '10.9.9.9', '10.9.9.9, 10.1.2.3'],
    [trusted, '10.1.2.3', '10.1.2.3', '10.1.2.3'],
    [trusted, 'x, 10.1.2.3', '203.0.113.9', 'x, 10.1.2.3'],
    [trusted, '1.1.1.1, x', '203.0.113.9', '1.1.1.1, x'],
    [trusted, '1.1.1.1,, 10.1.2.3', '203.0.113.9', '1.1.1.1,, 10.1.2.3'],
    [appending, '1.1.1.1, 10.1.2.3', '1.1.1.1', '1.1.1.1, 10.1.2.3,203.0.113.9'],
    [trusting('9.0.0.0'), '1.1.1.1, 10.1.2.3', '203.0.113.9', '1.1.1.1, 10.1.2.3,203.0.113.9'],
  ];
  for (const [manager, came, client, goes] of rows) {
    const { info, fields } = prepare(manager, { 'x-forwarded-for': came });
    t.match(info.remoteAddress, { host: client }, came);
    t.equal(fields['x-forwarded-for'], goes);
  }
});

t.test('the client’s address', async (t) => {
  const xff = (hops: number): JsonObject => xffDetection({ xffNumTrustedHops: hops });
  const rows: readonly (readonly [JsonObject, string, string])[] = [
    // Configuration, x-forwarded-for, who is believed to be the client (the peer is 203.0.113.9).
    [{}, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
    [{ xffNumTrustedHops: 1 }, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    [{ xffNumTrustedHops: 2 }, '1.1.1.1, 2.2.2.2', '203.0.113.9'],
    [{}, 'no address', '203.0.113.9'],
    [{}, '', '203.0.113.9'],
    [{}, '2001:db8::1', '2001:db8::1'],
    [EDGE, '1.1.1.1, 2.2.2.2', '203.0.113.9'],
    [{ ...EDGE, xffNumTrustedHops: 1 }, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
    [{ ...EDGE, xffNumTrustedHops: 2 }, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    [{ ...EDGE, xffNumTrustedHops: 3 }, '1.1.1.1, 2.2.2.2', '203.0.113.9'],
    [{ originalIpDetectionExtensions: [xff(1)] }, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    [{ originalIpDetectionExtensions: [xff(5), xff(0)] }, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
  ];
  for (const [manager, forwardedFor, expected] of rows) {
    const { info } = prepare(manager, { 'x-forwarded-for': forwardedFor });
    t.match(info.remoteAddress, { host: expected }, `${JSON.stringify(manager)} ${forwardedFor}`);
  }
});

t.test('x-forwarded-proto, x-forwarded-port and the scheme', async (t) => {
  t.match(prepare({}).fields, { 'x-forwarded-proto': 'http' });
  t.equal(prepare({}, { 'x-forwarded-proto': 'https' }).headers.scheme, 'https');
  t.equal(prepare({}, { 'x-forwarded-proto': 'ftp' }).headers.scheme, 'http');
  t.match(prepare(EDGE, { 'x-forwarded-proto': 'https' }).fields, { 'x-forwarded-proto': 'http' });
  t.match(prepare({ ...EDGE, xffNumTrustedHops: 1 }, { 'x-forwarded-proto': 'https' }).fields, {
    'x-forwarded-proto': 'https',
  });
  const overwritten = prepare(
    { schemeHeaderTransformation: { schemeToOverwrite: 'https' } },
    { 'x-forwarded-proto': 'http' },
  );
  t.equal(overwritten.headers.scheme, 'https');
  t.match(overwritten.fields, { 'x-forwarded-proto': 'https' });
  const port = { appendXForwardedPort: true };
  t.match(prepare(port).fields, { 'x-forwarded-port': '8080' });
  t.match(prepare(port, { 'x-forwarded-port': '7' }).fields, { 'x-forwarded-port': '7' });
  t.match(prepare({ ...EDGE, ...port }, { 'x-forwarded-port': '7' }).fields, {
    'x-forwarded-port': '8080',
  });
});

const STEERING = {
  'x-envoy-retry-on': '5xx',
  'x-envoy-upstream-rq-timeout-ms': '1',
  'x-envoy-force-trace': '1',
  'x-envoy-original-url': 'u',
  'x-internal-only': '1',
};
const EDGE_ONLY = {
  'x-envoy-decorator-operation': 'o',
  'x-envoy-downstream-service-cluster': 'c',
  'x-envoy-downstream-service-node': 'n',
  'x-envoy-original-path': '/p',
  'x-envoy-original-host': 'h',
};

t.test('what outsiders must not say', async (t) => {
  const all = { ...STEERING, ...EDGE_ONLY };
  const kept = (prepared: Prepared): string[] =>
    Object.keys(prepared.fields).filter((name) => name in all);
  t.same(kept(prepare(INTERNAL, all, '10.1.2.3')), Object.keys(all), 'an internal client may');
  t.same(kept(prepare({}, all)), Object.keys(EDGE_ONLY), 'a client of another proxy');
  t.same(kept(prepare(EDGE, all)), [], 'a client at the edge');
});

t.test('who is internal', async (t) => {
  const isInternal = (...args: Parameters<typeof prepare>): boolean =>
    prepare(...args).fields['x-envoy-internal'] === 'true';
  t.equal(isInternal(INTERNAL, {}, '10.1.2.3'), true);
  t.equal(isInternal(INTERNAL, {}, '11.1.2.3'), false);
  t.equal(isInternal(INTERNAL, { 'x-forwarded-for': '10.1.2.3' }, '10.1.2.3'), false);
  t.equal(isInternal({}, {}, '10.1.2.3'), false, 'nobody unless told');
  const trusting = { internalAddressConfig: INTERNAL.internalAddressConfig };
  t.equal(isInternal(trusting, { 'x-forwarded-for': '10.1.2.3' }), true);
  t.equal(isInternal(trusting, { 'x-forwarded-for': '10.1.2.3, 10.1.2.4' }), false);
  t.equal(prepare(EDGE).fields['x-envoy-external-address'], '203.0.113.9');
  t.equal(prepare(INTERNAL, {}, '10.1.2.3').fields['x-envoy-external-address'], undefined);
});

t.test('x-request-id', async (t) => {
  const id = (...args: Parameters<typeof prepare>): string | undefined => {
    const { fields, info } = prepare(...args);
    t.equal(info.requestId, fields['x-request-id'] ?? '');
    return fields['x-request-id'];
  };
  t.match(id({}), UUID);
  t.equal(id({}, { 'x-request-id': 'mine' }), 'mine');
  t.match(id({}, { 'x-request-id': '' }), UUID);
  t.match(id(EDGE, { 'x-request-id': 'mine' }), UUID, 'the edge makes its own');
  t.equal(id({ ...EDGE, preserveExternalRequestId: true }, { 'x-request-id': 'mine' }), 'mine');
  t.equal(id(INTERNAL, { 'x-request-id': 'mine' }, '10.1.2.3'), 'mine');
  t.equal(id({ generateRequestId: false }), undefined);
});

t.test('via, user-agent and service names', async (t) => {
  t.match(prepare({ via: '1.1 proxy' }).fields, { via: '1.1 proxy' });
  t.match(prepare({ via: '1.1 proxy' }, { via: '1.0 other' }).fields, {
    via: '1.0 other, 1.1 proxy',
  });
  const named = prepare({ addUserAgent: true }).fields;
  t.match(named, {
    'user-agent': 'my-cluster',
    'x-envoy-downstream-service-cluster': 'my-cluster',
    'x-envoy-downstream-service-node': 'my-node',
  });
  t.match(prepare({ addUserAgent: true }, { 'user-agent': 'curl' }).fields, {
    'user-agent': 'curl',
  });
});

t.test('x-forwarded-client-cert is not believed without TLS', async (t) => {
  const sent = { 'x-forwarded-client-cert': 'Hash=1' };
  for (const forwardClientCertDetails of ['SANITIZE', 'FORWARD_ONLY', 'APPEND_FORWARD']) {
    t.notOk('x-forwarded-client-cert' in prepare({ forwardClientCertDetails }, sent).fields);
  }
  t.match(prepare({ forwardClientCertDetails: 'ALWAYS_FORWARD_ONLY' }, sent).fields, sent);
});
