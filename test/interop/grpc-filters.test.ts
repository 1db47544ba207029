import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import {
  bootstrapOf,
  fileAccessLog,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { type RunningProa, startProa } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';
import { grpcMessage, grpcUpstream } from './grpc-upstream.ts';

const EXTENSIONS = 'type.googleapis.com/envoy.extensions';

function filter(type: string, fields: JsonObject = {}): JsonObject {
  return {
    name: type,
    typed_config: { '@type': `${EXTENSIONS}.filters.http.${type}`, ...fields },
  };
}

/** Proa with a filter before the router, in front of a gRPC server. */
async function startWith(
  t: Test,
  filters: readonly JsonObject[],
  folder = temporaryFolder(t),
): Promise<RunningProa> {
  const { port } = await grpcUpstream(t);
  const log = fileAccessLog(
    join(folder, 'log'),
    '%RESPONSE_CODE% %GRPC_STATUS% %FILTER_STATE(envoy.filters.http.grpc_stats:PLAIN)%\n',
  );
  const http2 = {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': `${EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
  const manager = { http_filters: [...filters, filter('router.v3.Router')], access_log: [log] };
  const routes = [routeTo('backend', '/', { timeout: '0.3s' })];
  const proa = await startProa(
    bootstrapOf(
      [httpListener({ name: 'web', at: 0, routes, manager })],
      [staticCluster('backend', port, http2)],
    ),
    { folder },
  );
  t.teardown(() => proa.process.stop());
  return proa;
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly grpcStatus: string | null;
  readonly grpcMessage: string | null;
  readonly body: string;
}

async function call(
  proa: RunningProa,
  method: string,
  headers: Record<string, string>,
  body: Buffer | string,
): Promise<Answer> {
  const response = await fetch(proa.url('web', `/pkg.Service/${method}`), {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    grpcStatus: response.headers.get('grpc-status'),
    grpcMessage: response.headers.get('grpc-message'),
    body: Buffer.from(await response.arrayBuffer()).toString('latin1'),
  };
}

const SENT = Buffer.concat([grpcMessage('hello'), grpcMessage('x'.repeat(100_000))]);

t.test('browsers call gRPC methods', async (t) => {
  const proa = await startWith(t, [filter('grpc_web.v3.GrpcWeb')]);
  const binary = { 'content-type': 'application/grpc-web+proto' };
  const text = {
    'content-type': 'application/grpc-web-text',
    accept: 'application/grpc-web-text',
  };
  const trailers = (status: string): Buffer => {
    const frame = grpcMessage(`grpc-status:${status}\r\n`);
    frame[0] = 0x80;
    return frame;
  };

  await t.test('in bytes', async (t) => {
    const echoed = await call(proa, 'Echo', binary, SENT);
    t.equal(echoed.status, 200);
    t.equal(echoed.type, 'application/grpc-web+proto');
    t.equal(echoed.body, Buffer.concat([SENT, trailers('0')]).toString('latin1'));
    const failed = await call(proa, 'Fail7', binary, grpcMessage('a'));
    t.equal(failed.body, Buffer.concat([grpcMessage('a'), trailers('7')]).toString('latin1'));
  });

  await t.test('in base64', async (t) => {
    const echoed = await call(proa, 'Echo', text, SENT.toString('base64'));
    t.equal(echoed.type, 'application/grpc-web-text+proto');
    const parts = [grpcMessage('hello'), grpcMessage('x'.repeat(100_000)), trailers('0')];
    t.equal(echoed.body, parts.map((part) => part.toString('base64')).join(''));
  });

  await t.test('and are told of failures in headers', async (t) => {
    const only = await call(proa, 'Only12', binary, grpcMessage('a'));
    t.match(only, { status: 200, grpcStatus: '12', grpcMessage: 'no', body: '' });
    const foreign = await call(proa, 'Html', binary, grpcMessage('a'));
    t.match(foreign, { status: 503, grpcStatus: '14', grpcMessage: '<b>50%25 off</b>', body: '' });
    const late = await call(proa, 'Hang', binary, grpcMessage('a'));
    t.match(late, { status: 504, grpcStatus: '14', grpcMessage: 'upstream request timeout' });
    const broken = await call(proa, 'Echo', text, 'AAA*');
    t.match(broken, { status: 400, grpcStatus: '13', body: '' });
  });

  t.equal(await proa.stat('cluster.backend.grpc-web.pkg.Service.Echo.success'), 2);
  t.equal(await proa.stat('cluster.backend.grpc-web.pkg.Service.Fail7.failure'), 1);
});

t.test('clients of HTTP/1.1 call gRPC methods', async (t) => {
  const bridge = { upgrade_protobuf_to_grpc: true, ignore_query_parameters: true };
  const proa = await startWith(t, [filter('grpc_http1_bridge.v3.Config', bridge)]);
  const grpc = { 'content-type': 'application/grpc' };
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const message = grpcMessage('hello');
  t.match(await call(proa, 'Echo?a=b', grpc, message), {
    status: 200,
    grpcStatus: '0',
    body: message.toString('latin1'),
  });
  t.match(await call(proa, 'Fail7', grpc, message), { status: 503, grpcStatus: '7' });
  t.match(await call(proa, 'Only12', grpc, message), { status: 200, grpcStatus: '12' });
  t.match(await call(proa, 'Echo', protobuf, 'hello'), {
    status: 200,
    grpcStatus: '0',
    body: 'hello',
  });
  t.match(await call(proa, 'Hang', grpc, message), {
    status: 200,
    grpcStatus: '14',
    grpcMessage: 'upstream request timeout',
  });
  t.match(await call(proa, 'Hang', protobuf, 'hello'), {
    status: 504,
    body: 'upstream request timeout',
  });
});

t.test('calls are counted and logged', async (t) => {
  const options = { stats_for_all_methods: true, emit_filter_state: true };
  const folder = temporaryFolder(t);
  const stats = filter('grpc_stats.v3.FilterConfig', { ...options, enable_upstream_stats: true });
  const proa = await startWith(t, [stats], folder);
  const grpc = { 'content-type': 'application/grpc' };
  for (const method of ['Echo', 'Fail7', 'Fail13', 'Only12', 'Html']) {
    await call(proa, method, grpc, SENT);
  }
  const prefix = 'cluster.backend.grpc.pkg.Service';
  t.equal(await proa.stat(`${prefix}.Echo.0`), 1);
  t.equal(await proa.stat(`${prefix}.Echo.request_message_count`), 2);
  t.equal(await proa.stat(`${prefix}.Echo.response_message_count`), 2);
  t.equal(await proa.stat(`${prefix}.Fail7.failure`), 1);
  t.equal(await proa.stat(`${prefix}.Only12.12`), 1);
  t.equal(await proa.stat(`${prefix}.Html.total`), undefined);
  await t.rejects(call(proa, 'Break', grpc, SENT));
  t.equal(await proa.stat('http.web.rq_reset_after_downstream_response_started'), 1);
  const { body: hosts } = await proa.admin('GET', '/clusters');
  t.match(hosts, /::rq_success::2\n/, 'Echo and Fail7: not the server’s fault');
  t.match(hosts, /::rq_error::4\n/);

  const logFile = join(folder, 'log');
  const expected = '200 OK 2,2\n200 PermissionDenied 2,2\n200 Internal 2,2\n';
  const rest = '200 Unimplemented 2,0\n503 Unavailable 2,0\n200 Unknown 2,2\n';
  for (let tries = 0; tries < 100 && readFileSync(logFile, 'utf8') !== expected + rest; tries++) {
    await sleep(20);
  }
  t.equal(readFileSync(logFile, 'utf8'), expected + rest);
});
