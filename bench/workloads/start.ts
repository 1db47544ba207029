import { measureFreshPeers } from '../runner/fresh-peers.ts';
import type { Workload } from '../runner/workload.ts';

/** Starts are short and vary more than anything else, so there are more of them than rounds. */
const STARTS_PER_ROUND = 2;

export const start: Workload = {
  name: 'start',
  title: 'start to first accepted request',
  unit: 'ms',
  targets: [{ relativeTo: undefined, must: 300, goal: 150 }],
  measure: (context) =>
    measureFreshPeers(context, context.rounds * STARTS_PER_ROUND, async ({ startMs }) => ({
      value: startMs,
      invalid: undefined,
      details: {},
    })),
};
