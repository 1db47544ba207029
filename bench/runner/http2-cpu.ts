import { join } from 'node:path';
import { type Http2LoadKind, runHttp2Load } from '../load/http2-load.ts';
import type { RunLoad } from '../load/load-generator.ts';
import { startChild } from '../machine/children.ts';
import { freePort, untilListening } from '../machine/loopback.ts';
import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import type { BenchContext } from './context.ts';
import { measureCpu } from './cpu-per-request.ts';
import { startUpstream } from './running-upstream.ts';
import type { Sample } from './workload.ts';

/** How the upstream answers; see bench/upstream/http2-upstream.ts. */
export type Http2UpstreamKind = 'plain' | 'grpc' | 'echo';

export interface Http2Plan {
  /** What the clients do over HTTP/2, or the HTTP/1.1 load of the other workloads. */
  readonly load:
    | { readonly kind: Http2LoadKind; readonly connections: number; readonly streams: number }
    | { readonly kind: 'http1'; readonly connections: number };
  readonly upstream: Http2UpstreamKind | 'http1';
  readonly responseBytes: number;
}

const SCRIPT = join(import.meta.dirname, '..', 'upstream', 'http2-upstream.ts');

/** Only these speak HTTP/2 to any upstream; nginx does so for gRPC alone. */
const PEERS: readonly string[] = ['proa', 'envoy', 'haproxy'];

/** CPU microseconds per request, or message, with HTTP/2 on one side or on both. */
export async function measureHttp2Cpu(context: BenchContext, plan: Http2Plan): Promise<Sample[]> {
  await using stack = new AsyncDisposableStack();
  const upstreamPort =
    plan.upstream === 'http1'
      ? await startUpstream(context, stack, plan.responseBytes)
      : await startHttp2Upstream(context, stack, plan.upstream, plan.responseBytes);
  const peers = context.peers.filter(({ name }) => PEERS.includes(name));
  const upstreamProtocol = plan.upstream === 'http1' ? 'http1' : 'http2';
  return await measureCpu({ ...context, peers }, stack, upstreamPort, await loadOf(context, plan), {
    plainForwarding: true,
    upstreamProtocol,
    bootstrap: (ports) => envoyBootstrap({ ...ports, upstreamProtocol }),
    responseBytes: plan.responseBytes,
  });
}

async function loadOf(context: BenchContext, { load }: Http2Plan): Promise<RunLoad> {
  if (load.kind !== 'http1') {
    return (request) => runHttp2Load({ ...request, ...load }, context.placement);
  }
  const runLoad = await context.loadGenerator.prepare(
    {
      method: 'GET',
      hosts: ['shop.example.com'],
      pathPrefixes: ['/products/', '/api/v1/orders/', '/static/images/large/', '/search/results/'],
      bodyBytes: 0,
    },
    context.folder,
  );
  return (request) => runLoad({ ...request, connections: load.connections });
}

async function startHttp2Upstream(
  context: BenchContext,
  stack: AsyncDisposableStack,
  kind: Http2UpstreamKind,
  bodyBytes: number,
): Promise<number> {
  const port = await freePort();
  const command = { file: process.execPath, args: [SCRIPT, `${port}`, kind, `${bodyBytes}`] };
  const child = startChild(context.placement.surroundings(command));
  stack.defer(() => child.stop());
  await untilListening(port, child);
  return port;
}
