import { measureFreshPeers } from '../runner/fresh-peers.ts';
import { MEGABYTE, memoryRounds, residentBytesAtRest } from '../runner/memory.ts';
import type { Workload } from '../runner/workload.ts';

export const memoryAtRest: Workload = {
  name: 'memory-at-rest',
  title: 'whole process at rest, one worker',
  unit: 'MB',
  targets: [{ relativeTo: undefined, must: 110, goal: 65 }],
  measure: (context) =>
    measureFreshPeers(context, memoryRounds(context), async (running) => ({
      value: (await residentBytesAtRest(context, running)) / MEGABYTE,
      invalid: undefined,
      details: {},
    })),
};
