import { type Http2Plan, measureHttp2Cpu } from '../runner/http2-cpu.ts';
import type { Target, Workload } from '../runner/workload.ts';

const KILOBYTE = 1_024;

function against(relativeTo: 'haproxy' | 'envoy', must: number | undefined, goal?: number): Target {
  return { relativeTo, must, goal };
}

function workload(
  name: string,
  title: string,
  targets: readonly Target[],
  plan: Http2Plan,
): Workload {
  return {
    name,
    title,
    unit: 'us',
    targets,
    measure: (context) => measureHttp2Cpu(context, plan),
  };
}

const eightBySixteen = { connections: 8, streams: 16 };

export const http2Workloads: readonly Workload[] = [
  workload(
    'h2-8x16',
    'CPU per request, HTTP/2 to HTTP/2, 8 connections of 16 streams, 1 KB responses',
    [against('haproxy', 0.75, 0.5), against('envoy', 0.3)],
    { load: { kind: 'get', ...eightBySixteen }, upstream: 'plain', responseBytes: KILOBYTE },
  ),
  workload(
    'h2-32x1',
    'CPU per request, HTTP/2 to HTTP/2, 32 connections of one stream, 1 KB responses',
    [against('haproxy', 1.1, 0.9), against('envoy', 0.55)],
    {
      load: { kind: 'get', connections: 32, streams: 1 },
      upstream: 'plain',
      responseBytes: KILOBYTE,
    },
  ),
  workload(
    'grpc-unary',
    'CPU per call, unary gRPC, 8 connections of 16 calls, messages of 100 bytes and 1 KB',
    [against('haproxy', 0.5, 0.25), against('envoy', 0.3)],
    { load: { kind: 'call', ...eightBySixteen }, upstream: 'grpc', responseBytes: KILOBYTE },
  ),
  workload(
    'grpc-stream',
    'CPU per message and its echo, gRPC streams, 8 connections of 16, 100 bytes',
    [against('envoy', 0.5)],
    { load: { kind: 'stream', ...eightBySixteen }, upstream: 'echo', responseBytes: 105 },
  ),
  workload(
    'h2-fresh-headers',
    'CPU per request, HTTP/2 to HTTP/2, 8 x 16, trace context and session new every time',
    [against('haproxy', 1, 0.75)],
    { load: { kind: 'fresh', ...eightBySixteen }, upstream: 'plain', responseBytes: KILOBYTE },
  ),
  workload(
    'h1-to-h2',
    'CPU per request, HTTP/1.1 to HTTP/2, 64 connections, 1 KB responses',
    [against('envoy', 0.6)],
    { load: { kind: 'http1', connections: 64 }, upstream: 'plain', responseBytes: KILOBYTE },
  ),
  workload(
    'h2-to-h1',
    'CPU per request, HTTP/2 to HTTP/1.1, 8 connections of 8 streams, 1 KB responses',
    [against('envoy', 0.6)],
    {
      load: { kind: 'get', connections: 8, streams: 8 },
      upstream: 'http1',
      responseBytes: KILOBYTE,
    },
  ),
  workload(
    'h2-1mb',
    'CPU per response of 1 MB, HTTP/2 to HTTP/2, 4 connections of 2 streams',
    [against('envoy', 1)],
    {
      load: { kind: 'get', connections: 4, streams: 2 },
      upstream: 'plain',
      responseBytes: KILOBYTE * KILOBYTE,
    },
  ),
];
