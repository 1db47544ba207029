import type { Workload } from '../runner/workload.ts';
import { largeResponses } from './large-responses.ts';
import { plainRouter } from './plain-router.ts';
import { rulesAndLog } from './rules-and-log.ts';
import { uploads } from './uploads.ts';

/** Every workload, in the order of the table. */
export const ALL_WORKLOADS: readonly Workload[] = [
  plainRouter,
  rulesAndLog,
  largeResponses,
  uploads,
];
