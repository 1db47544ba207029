import type { StreamFilterCallbacks } from '#connection-manager/filter.ts';
import type { GrpcStatsConfig } from '#extensions/http-filters/grpc-stats/grpc-stats-config.ts';
import { parseGrpcMethod } from '#http/grpc-method.ts';
import type { GrpcMethodStats } from '#upstream/grpc-stats.ts';

/** Finds out where a call is counted. */
export class CountedMethods {
  /** `<service>/<method>`; nothing: all of them are counted apart. */
  readonly #listed: ReadonlySet<string> | undefined;
  readonly #replacesDots: boolean;

  constructor({ methods, replaceDotsInGrpcServiceName }: GrpcStatsConfig) {
    this.#listed =
      methods === 'all'
        ? undefined
        : new Set(methods.map(({ service, method }) => `${service}/${method}`));
    this.#replacesDots = replaceDotsInGrpcServiceName;
  }

  /** Nothing for a path that names no method, and for a request that goes to no cluster. */
  statsOf(path: string, { route, services }: StreamFilterCallbacks): GrpcMethodStats | undefined {
    if (route?.action.kind !== 'route') return undefined;
    const cluster = services.clusters.get(route.action.clusterName);
    const called = parseGrpcMethod(path);
    if (cluster === undefined || called === undefined) return undefined;
    const { service, method } = called;
    if (this.#listed === undefined) {
      const name = this.#replacesDots ? service.replaceAll('.', '_') : service;
      return cluster.grpcStats.of('grpc', { service: name, method });
    }
    return this.#listed.has(`${service}/${method}`)
      ? cluster.grpcStats.of('grpc', called)
      : cluster.grpcStats.others('grpc');
  }
}
