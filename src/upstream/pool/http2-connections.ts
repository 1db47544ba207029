import { assert } from '#base/assert.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { ConnectionFactory } from '#upstream/pool/connection-pool.ts';
import {
  Http2UpstreamConnection,
  type KnownLimit,
} from '#upstream/pool/http2-upstream-connection.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';

/** Makes HTTP/2 connections as a cluster wants them. */
export function http2ConnectionsOf(
  cluster: Cluster,
  environment: PoolEnvironment,
): ConnectionFactory {
  const { http2Stats } = cluster;
  const options = cluster.config.http.http2;
  assert(options !== undefined && http2Stats !== undefined, 'the cluster speaks no HTTP/2');
  const known: KnownLimit = { streams: undefined };
  return (pool) => new Http2UpstreamConnection(pool, environment, options, http2Stats, known);
}
