import type { Traffic } from './traffic.ts';

/** A closed loop: every connection sends its next request when the answer to the last one has arrived. */
export interface LoadRequest {
  readonly port: number;
  readonly connections: number;
  /** Whole seconds. */
  readonly durationSeconds: number;
}

/** What one run of a load generator saw. */
export interface LoadResult {
  readonly requests: number;
  readonly durationSeconds: number;
  readonly bytesRead: number;
  /** Failed connections, time-outs, answers other than 2xx: a run with any of these does not count. */
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export type RunLoad = (load: LoadRequest) => Promise<LoadResult>;

export interface LoadGenerator {
  readonly name: string;
  /** Prepares the requests once, writing into `folder`; the function it gives can be called again and again. */
  prepare(traffic: Traffic, folder: string): Promise<RunLoad>;
}
