import { AccessLogBatches, createLedger, settle } from '#access-log/access-log-batches.ts';
import { compileFormat } from '#formatter/compile-format.ts';
import { compileJsonFormat } from '#formatter/compile-json-format.ts';
import { DEFAULT_ACCESS_LOG_FORMAT } from '#formatter/default-format.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import { RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { StreamInfo } from '#stream-info/stream-info.ts';

const json = {
  start_time: '%START_TIME%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration: '%DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
  user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%',
  authority: '%REQ(:AUTHORITY)%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  route_name: '%ROUTE_NAME%',
};
const N = +(process.argv[2] ?? 300000);
function ctx(i: number) {
  const la = { kind: 'ip', host: '127.0.0.1', port: 8080 } as const,
    ra = { kind: 'ip', host: '10.0.0.7', port: 40000 + (i & 1023) } as const;
  const d = {
    connectionId: i,
    localAddress: la,
    remoteAddress: ra,
    directLocalAddress: la,
    directRemoteAddress: ra,
    requestedServerName: undefined,
    tls: undefined,
  };
  const info = new StreamInfo(d, 1000.25 + i, 1795262841000.5 + i / 3);
  const text = `GET /api/v1/products/${i} HTTP/1.1\r\nhost: shop.example.com\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nx-forwarded-for: 10.1.2.3\r\nx-request-id: 6d3c7d8e-1f2a-4b5c-9d8e-${String(i).padStart(12, '0')}\r\n`;
  const q = new RequestHeaders();
  q.setText(text);
  q.method = 'GET';
  q.path = text.substring(4, text.indexOf(' HTTP'));
  q.authority = 'shop.example.com';
  for (const [n, id] of [
    ['user-agent', 28],
    ['x-forwarded-for', 55],
    ['x-request-id', 59],
  ] as const) {
    const s = text.indexOf(n);
    const v = s + n.length + 2;
    const e = text.indexOf('\r\n', s);
    q.addSpan(hid(n), true, s, n.length, v, e, e + 2);
  }
  const r = new ResponseHeaders();
  r.status = 200;
  r.append('x-envoy-upstream-service-time', '3');
  r.append('content-type', 'application/json');
  info.protocol = 'HTTP/1.1';
  info.responseCode = 200;
  info.responseCodeDetails = 'via_upstream';
  info.bytesSent = 1024;
  info.endMs = 1003.75 + i;
  info.routeName = 'rt';
  info.upstream = {
    hostAddress: '10.0.0.1:9080',
    hostname: 'h',
    clusterName: 'c',
    clusterStatName: 'c',
  };
  info.upstreamLocalAddress = la;
  return {
    requestHeaders: q,
    responseHeaders: r,
    responseTrailers: undefined,
    streamInfo: info,
    localReplyBody: '',
    accessLogType: 'DownstreamEnd',
  } as const;
}

import { headerIdOf as hid } from '#http/known-headers.ts';

const j = compileJsonFormat(json, false);
const t = compileFormat(DEFAULT_ACCESS_LOG_FORMAT);
if (!j.ok || !t.ok) throw 1;
const j2 = compileJsonFormat(json, true);
if (!j2.ok) throw 1;
for (const [name, c] of [
  ['json', j.value],
  ['text', t.value],
  ['json omit', j2.value],
] as const)
  for (let round = 0; round < 3; round++) {
    const f = instantiateFormat(c);
    const ledger = createLedger();
    let total = 0;
    const b = new AccessLogBatches({
      post: (batch) => {
        total += batch.bytes.length;
        settle(ledger, batch.bytes.length);
      },
      ledger,
      onDropped: () => {},
    });
    const lines = b.of({ kind: 'stdout' });
    const cs = [];
    let spent = 0;
    for (let k = 0; k < N / 200; k++) {
      cs.length = 0;
      for (let i = 0; i < 200; i++) cs.push(ctx(k * 200 + i));
      const s = process.cpuUsage();
      for (const c of cs) lines.append(f(c));
      spent += process.cpuUsage(s).user;
    }
    console.log(name, (spent * 1000) / N, 'ns/line', (total / N).toFixed(0), 'bytes/line');
  }
