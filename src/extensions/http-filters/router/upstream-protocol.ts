import type { StreamInfo } from '#stream-info/stream-info.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { UpstreamProtocol } from '#upstream/pool/pool-callbacks.ts';

/** What is to be spoken to the cluster's hosts for this request. */
export function upstreamProtocolOf(cluster: Cluster, { protocol }: StreamInfo): UpstreamProtocol {
  const choice = cluster.config.http.protocol;
  if (choice !== 'downstream') return choice;
  return protocol === 'HTTP/2' ? 'HTTP/2' : 'HTTP/1.1';
}
