import type { IncomingHttpHeaders } from 'node:http';

/**
 * Headers that a service hands on to what it calls: those that tie the calls of one request together
 * in logs and traces, and those that routes may look at.
 */
const propagated: readonly string[] = [
  'x-request-id',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'b3',
  'traceparent',
  'tracestate',
  'x-ot-span-context',
  'x-cloud-trace-context',
  'x-datadog-trace-id',
  'x-datadog-parent-id',
  'x-datadog-sampling-priority',
  'sw8',
  'grpc-trace-bin',
  'end-user',
  'user-agent',
  'authorization',
];

export function propagatedHeaders(from: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of propagated) {
    const value = from[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}
