import { autocannonGenerator } from '../load/autocannon.ts';
import type { Workload } from '../runner/workload.ts';
import { plainRouter } from './plain-router.ts';

/** The first workload under the load generator that everybody has; for comparison, without targets. */
export const autocannon: Workload = {
  name: 'autocannon',
  title: 'CPU per request, plain router, 1 KB responses, autocannon as client',
  unit: 'us',
  targets: [],
  measure: (context) =>
    plainRouter.measure({ ...context, loadGenerator: autocannonGenerator(context.placement) }),
};
