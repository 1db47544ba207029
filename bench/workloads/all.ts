import type { Workload } from '../runner/workload.ts';
import { autocannon } from './autocannon.ts';
import { latencyAgainstEnvoy, latencyAgainstHaproxy } from './fixed-rate-latency.ts';
import { http2Workloads } from './http2.ts';
import { largeResponses } from './large-responses.ts';
import { memoryAtRest } from './memory-at-rest.ts';
import { memoryPerCluster } from './memory-per-cluster.ts';
import { memoryPerConnection } from './memory-per-connection.ts';
import { plainRouter } from './plain-router.ts';
import { rulesAndLog } from './rules-and-log.ts';
import { start } from './start.ts';
import { uploads } from './uploads.ts';

/** Every workload, in the order of the table. */
export const ALL_WORKLOADS: readonly Workload[] = [
  plainRouter,
  rulesAndLog,
  largeResponses,
  uploads,
  ...http2Workloads,
  latencyAgainstEnvoy,
  latencyAgainstHaproxy,
  memoryAtRest,
  memoryPerConnection,
  memoryPerCluster,
  start,
  autocannon,
];
