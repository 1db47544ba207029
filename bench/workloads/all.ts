import type { Workload } from '../runner/workload.ts';
import { plainRouter } from './plain-router.ts';

/** Every workload, in the order of the table. */
export const ALL_WORKLOADS: readonly Workload[] = [plainRouter];
