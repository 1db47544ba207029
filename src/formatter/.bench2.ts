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

const fresh: any[] = [];
for (const [k, v] of [['none', 'x'], ...Object.entries(json)]) {
  const c = compileJsonFormat({ k: v }, false);
  if (!c.ok) throw 1;
  const f = instantiateFormat(c.value);
  let best = 1e9,
    n = 0;
  for (let r = 0; r < 4; r++) {
    let spent = 0;
    for (let q = 0; q < 100; q++) {
      fresh.length = 0;
      for (let i = 0; i < 200; i++) fresh.push(ctx(q * 200 + i));
      const s = process.cpuUsage();
      for (let i = 0; i < 200; i++) n += f(fresh[i]).length;
      spent += process.cpuUsage(s).user;
    }
    best = Math.min(best, (spent * 1000) / 20000);
  }
  console.log(k.padEnd(36), best.toFixed(0), n);
}
