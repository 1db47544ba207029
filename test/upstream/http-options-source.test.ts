import t from 'tap';
import { DEFAULT_HTTP2_OPTIONS } from '#http/h2/http2-options.ts';
import type { UpstreamHttpConfig } from '#upstream/cluster-config.ts';
import { type Json, readCluster, readClusters } from './harness.ts';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

function typed(options: Json): Json {
  const message = { '@type': `type.googleapis.com/${HTTP_OPTIONS}`, ...options };
  return { typed_extension_protocol_options: { [HTTP_OPTIONS]: message } };
}

function httpOf(cluster: Json): UpstreamHttpConfig {
  return readCluster(cluster).config.http;
}

/** What is wrong, each with the end of its path. */
function reasonsOf(cluster: Json): string[] {
  return readClusters([{ name: 'c', ...cluster }]).errors.map(
    ({ path, reason }) => `${path.split('.').at(-1)}: ${reason}`,
  );
}

t.test('a cluster that says nothing speaks HTTP/1.1 and has no HTTP/2 options', async (t) => {
  t.match(httpOf({}), { protocol: 'HTTP/1.1', http2: undefined });
  const explicit = { explicit_http_config: { http_protocol_options: {} } };
  t.match(httpOf(typed(explicit)), { protocol: 'HTTP/1.1', http2: undefined });
});

t.test('HTTP/2 is chosen by typed options and by the older field alike', async (t) => {
  const http2 = {
    max_concurrent_streams: 7,
    connection_keepalive: { timeout: '1s', interval: '9s' },
  };
  const common = { max_headers_count: 20, max_response_headers_kb: 12 };
  const clusters = [
    typed({
      explicit_http_config: { http2_protocol_options: http2 },
      common_http_protocol_options: common,
    }),
    { http2_protocol_options: http2, common_http_protocol_options: common },
  ];
  for (const cluster of clusters) {
    t.match(httpOf(cluster), {
      protocol: 'HTTP/2',
      http2: {
        maxConcurrentStreams: 7,
        maxHeadersCount: 20,
        maxHeadersBytes: 12 * 1024,
        connectionKeepalive: { intervalMs: 9_000, timeoutMs: 1_000 },
      },
    });
  }
});

t.test("HTTP/2 options are Envoy's where nothing is said, but for one", async (t) => {
  const { http2 } = httpOf({ http2_protocol_options: {} });
  t.same(http2, {
    ...DEFAULT_HTTP2_OPTIONS,
    streamFlushTimeoutMs: 0,
    // A malformed response must not end those of other clients.
    streamErrorOnInvalidHttpMessage: true,
  });
  t.equal(http2?.maxHeadersBytes, 60 * 1024, 'not the 80 KiB of HTTP/1.1');
});

t.test('a stream holds no more than the buffer of a connection may', async (t) => {
  const options = { http2_protocol_options: {}, per_connection_buffer_limit_bytes: 32_768 };
  t.equal(httpOf(options).http2?.streamBufferLimitBytes, 32_768);
  const unlimited = { http2_protocol_options: {}, per_connection_buffer_limit_bytes: 0 };
  t.equal(
    httpOf(unlimited).http2?.streamBufferLimitBytes,
    DEFAULT_HTTP2_OPTIONS.streamBufferLimitBytes,
  );
});

t.test('the protocol of the client is used upstream where that is asked for', async (t) => {
  const both = {
    http_protocol_options: { enable_trailers: true },
    http2_protocol_options: { max_concurrent_streams: 7 },
  };
  const clusters = [
    typed({ use_downstream_protocol_config: both }),
    { ...both, protocol_selection: 'USE_DOWNSTREAM_PROTOCOL' },
  ];
  for (const cluster of clusters) {
    t.match(httpOf(cluster), {
      protocol: 'downstream',
      enableTrailers: true,
      http2: { maxConcurrentStreams: 7 },
    });
  }
  t.match(httpOf({ protocol_selection: 'USE_DOWNSTREAM_PROTOCOL' }), {
    protocol: 'downstream',
    http2: { maxConcurrentStreams: 1024 },
  });
});

t.test('options of both protocols need protocol_selection', async (t) => {
  const both = { http_protocol_options: {}, http2_protocol_options: {} };
  t.match(reasonsOf(both), [
    /Both HTTP1 and HTTP2 options may only be configured with non-default/,
  ]);
  t.match(reasonsOf({ ...both, protocol_selection: 'USE_CONFIGURED_PROTOCOL' }), [/Both HTTP1/]);
});

t.test('what needs ALPN is refused where connections are plain text', async (t) => {
  const options = { http_protocol_options: {}, http2_protocol_options: {} };
  const reasons = [
    /^auto_config: ALPN configured for cluster \S+ which has a non-ALPN transport socket$/,
  ];
  t.match(reasonsOf(typed({ auto_config: options })), reasons);
  const rawBuffer = 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';
  const typedConfig = { '@type': `type.googleapis.com/${rawBuffer}` };
  const transportSocket = { name: 'plain', typed_config: typedConfig };
  t.match(reasonsOf({ ...typed({ auto_config: {} }), transport_socket: transportSocket }), reasons);
  const bad = { http2_protocol_options: { max_concurrent_streams: 0 } };
  t.equal(
    reasonsOf(typed({ auto_config: bad })).length,
    2,
    'its options are looked at all the same',
  );
});

t.test('what needs QUIC is refused by its name', async (t) => {
  const http3 = { http3_protocol_options: {} };
  t.match(reasonsOf(typed({ explicit_http_config: http3 })), [/^http3_protocol_options: /]);
  t.match(reasonsOf(typed({ use_downstream_protocol_config: http3 })), [
    /^http3_protocol_options: /,
  ]);
  t.match(reasonsOf(typed({ auto_config: http3 })), [/ALPN/, /^http3_protocol_options: /]);
});

t.test('other fields of the typed options that Proa does not have are refused', async (t) => {
  const explicit = { explicit_http_config: { http2_protocol_options: {} } };
  const codec = 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec';
  const filter = {
    name: 'codec',
    typed_config: { '@type': `type.googleapis.com/${codec}` },
  };
  t.match(reasonsOf(typed({ ...explicit, http_filters: [filter] })), [/^http_filters/]);
  t.match(reasonsOf(typed({ ...explicit, outlier_detection: {} })), [/^outlier_detection: /]);
  const metadata = { explicit_http_config: { http2_protocol_options: { allow_metadata: true } } };
  t.match(reasonsOf(typed(metadata)), [/^allow_metadata: /]);
});

t.test('names for TLS are warned of: there is none to use them', async (t) => {
  const upstream = {
    upstream_http_protocol_options: { auto_sni: true, auto_san_validation: true },
  };
  const explicit = { explicit_http_config: { http2_protocol_options: {} } };
  for (const cluster of [upstream, typed({ ...explicit, ...upstream })]) {
    const { errors, warnings } = readClusters([{ name: 'c', ...cluster }]);
    t.same(errors, []);
    const ofTls = warnings.filter(({ reason }) => reason.includes('TLS'));
    const fields = ofTls.map(({ path }) => path.split('.').at(-1));
    t.same(fields.toSorted(), ['auto_san_validation', 'auto_sni']);
  }
});

t.test('older fields beside typed options are ignored, and a warning says so', async (t) => {
  const cluster = {
    http2_protocol_options: {},
    upstream_http_protocol_options: {},
    protocol_selection: 'USE_DOWNSTREAM_PROTOCOL',
    ...typed({ explicit_http_config: { http_protocol_options: {} } }),
  };
  t.equal(httpOf(cluster).protocol, 'HTTP/1.1');
  const { warnings } = readClusters([{ name: 'c', ...cluster }]);
  const fields = warnings.map(({ path }) => path.split('.').at(-1));
  t.same(fields.toSorted(), [
    'http2_protocol_options',
    'protocol_selection',
    'upstream_http_protocol_options',
  ]);
});
