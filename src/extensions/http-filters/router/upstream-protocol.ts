import type { RequestHeaders } from '#http/request-headers.ts';
import type { RouteEntry } from '#routing/route.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { UpstreamProtocol } from '#upstream/pool/pool-callbacks.ts';

/** What is to be spoken to the cluster's hosts for this request. */
export function upstreamProtocolOf(
  cluster: Cluster,
  { terminatesConnect }: RouteEntry,
  { method }: RequestHeaders,
  { protocol }: StreamInfo,
): UpstreamProtocol {
  if (terminatesConnect !== undefined) {
    if (method === 'CONNECT' || (method === 'POST' && terminatesConnect.allowsPost)) return 'TCP';
  }
  const choice = cluster.config.http.protocol;
  if (choice !== 'downstream') return choice;
  return protocol === 'HTTP/2' ? 'HTTP/2' : 'HTTP/1.1';
}
