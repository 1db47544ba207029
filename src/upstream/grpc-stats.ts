import type { GrpcMethod } from '#http/grpc-method.ts';
import type { Histogram } from '#stats/histogram.ts';
import type { NamedCounter } from '#stats/named-counter.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** The word that names the statistics: `grpc-web` counts what came through the gRPC-Web filter. */
export type GrpcProtocol = 'grpc' | 'grpc-web';

/** What one cluster counts of one method, or of all that are not counted apart. */
export class GrpcMethodStats {
  readonly #stats: StatBlock;
  readonly #prefix: string;
  readonly #byStatus = new Map<string, NamedCounter>();
  #success: NamedCounter | undefined = undefined;
  #failure: NamedCounter | undefined = undefined;
  #total: NamedCounter | undefined = undefined;
  #requestMessages: NamedCounter | undefined = undefined;
  #responseMessages: NamedCounter | undefined = undefined;
  #time: Histogram | undefined = undefined;

  /** `prefix` ends with a dot. */
  constructor(stats: StatBlock, prefix: string) {
    this.#stats = stats;
    this.#prefix = prefix;
  }

  /** The call ended with this `grpc-status`; nothing is counted without one. */
  ended(status: string | undefined): void {
    if (status === undefined) return;
    this.#statusCounter(status)?.inc();
    this.succeeded(status === '0');
  }

  /** The call ended, whatever its status was. */
  succeeded(isSuccess: boolean): void {
    if (isSuccess) {
      this.#success ??= this.#counter('success');
      this.#success.inc();
    } else {
      this.#failure ??= this.#counter('failure');
      this.#failure.inc();
    }
    this.#total ??= this.#counter('total');
    this.#total.inc();
  }

  requestMessages(count: number): void {
    this.#requestMessages ??= this.#counter('request_message_count');
    this.#requestMessages.add(count);
  }

  responseMessages(count: number): void {
    this.#responseMessages ??= this.#counter('response_message_count');
    this.#responseMessages.add(count);
  }

  /** From the last byte of the request to the last one of the response. */
  upstreamTime(timeMs: number): void {
    this.#time ??= this.#stats.histogram(`${this.#prefix}upstream_rq_time`);
    this.#time.record(timeMs);
  }

  /** Upstreams may invent statuses: only so many get a counter, and only short ones. */
  #statusCounter(status: string): NamedCounter | undefined {
    let counter = this.#byStatus.get(status);
    const isWelcome = this.#byStatus.size < STATUSES_MAX && status.length <= STATUS_LENGTH_MAX;
    if (counter === undefined && isWelcome) {
      counter = this.#counter(status);
      this.#byStatus.set(status, counter);
    }
    return counter;
  }

  #counter(name: string): NamedCounter {
    return this.#stats.counter(this.#prefix + name);
  }
}

/** gRPC has 17 statuses; some servers have a few of their own. */
const STATUSES_MAX = 32;
const STATUS_LENGTH_MAX = 16;

/** Methods counted apart, for each cluster and worker. Requests choose the names. */
export const GRPC_METHODS_MAX = 1000;
/** Characters of service and method together that are still taken for a name. */
const NAME_LENGTH_MAX = 300;

/**
 * A cluster's statistics of gRPC calls, `grpc.<service>.<method>.` (Envoy's `Grpc::Context`).
 * Methods beyond the maximum, and those with very long names, are counted together under `grpc.`, as
 * those are that nobody asked to count apart.
 */
export class ClusterGrpcStats {
  readonly #stats: StatBlock;
  readonly #methods = new Map<string, GrpcMethodStats>();
  readonly #others = new Map<GrpcProtocol, GrpcMethodStats>();

  constructor(stats: StatBlock) {
    this.#stats = stats;
  }

  of(protocol: GrpcProtocol, { service, method }: GrpcMethod): GrpcMethodStats {
    if (service.length + method.length > NAME_LENGTH_MAX) return this.others(protocol);
    const prefix = `${protocol}.${service}.${method}.`;
    let found = this.#methods.get(prefix);
    if (found === undefined) {
      if (this.#methods.size >= GRPC_METHODS_MAX) return this.others(protocol);
      found = new GrpcMethodStats(this.#stats, prefix);
      this.#methods.set(prefix, found);
    }
    return found;
  }

  /** For all methods that are not counted apart. */
  others(protocol: GrpcProtocol): GrpcMethodStats {
    let others = this.#others.get(protocol);
    if (others === undefined) {
      others = new GrpcMethodStats(this.#stats, `${protocol}.`);
      this.#others.set(protocol, others);
    }
    return others;
  }
}
