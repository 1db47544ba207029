import type { Http1ClientOptions } from '#http/h1/client-options.ts';
import type { Cluster } from '#upstream/cluster.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import type { ConnectionFactory } from '#upstream/pool/connection-pool.ts';
import { Http1UpstreamConnection } from '#upstream/pool/http1-upstream-connection.ts';
import type { PoolEnvironment } from '#upstream/pool/pool-environment.ts';

/** Makes HTTP/1.1 connections as a cluster wants them. */
export function http1ConnectionsOf(
  cluster: Cluster,
  environment: PoolEnvironment,
): ConnectionFactory {
  const { http } = cluster.config;
  const options: Http1ClientOptions = {
    maxResponseHeadersBytes: http.maxResponseHeadersKb * 1024,
    maxHeadersCount: http.maxResponseHeadersCount,
    enableTrailers: http.enableTrailers,
    allowChunkedLength: http.allowChunkedLength,
    sendFullyQualifiedUrl: http.sendFullyQualifiedUrl,
    headerKeyFormat: http.headerKeyFormat,
  };
  showHttp1Stats(cluster);
  return (pool) => new Http1UpstreamConnection(pool, environment, options);
}

/** What Envoy shows of a cluster from its first HTTP/1.1 connection on, although it stays 0 here. */
const HTTP1_COUNTERS = [
  'http1.dropped_headers_with_underscores',
  'http1.metadata_not_supported_error',
  'http1.requests_rejected_with_underscores_in_headers',
  'http1.response_flood',
];

function showHttp1Stats(cluster: Cluster): void {
  for (const name of HTTP1_COUNTERS) cluster.stats.counter(name);
  cluster.stats.add(clusterStats.field.upstream_cx_rx_bytes_buffered, 0);
}
