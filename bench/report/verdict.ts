import type { Sample, Target, Workload } from '../runner/workload.ts';
import { median, pairedRatio, samplesOf } from './statistics.ts';

type Verdict =
  | 'goal met'
  | 'must met'
  | 'met'
  | 'goal missed'
  | 'MISSED'
  | 'INVALID'
  | 'not measured';

export interface TargetResult {
  readonly workload: Workload;
  readonly target: Target;
  /** A ratio for a target relative to a peer, otherwise in the unit of the workload. */
  readonly measured: number | undefined;
  readonly verdict: Verdict;
}

/** Compares what Proa needed with each target of the workload. */
export function judge(workload: Workload, samples: readonly Sample[]): TargetResult[] {
  return workload.targets.map((target) => {
    const measured = measuredFor(target, samples);
    const verdict = isInvalid(target, samples) ? 'INVALID' : verdictOf(target, measured);
    return { workload, target, measured, verdict };
  });
}

function measuredFor(target: Target, samples: readonly Sample[]): number | undefined {
  if (target.relativeTo !== undefined) return pairedRatio(samples, 'proa', target.relativeTo);
  const own = samplesOf(samples, 'proa');
  return own.length === 0 ? undefined : median(own.map((sample) => sample.value));
}

/** One bad run spoils the row: a proxy that drops requests is not cheap but broken. */
function isInvalid(target: Target, samples: readonly Sample[]): boolean {
  return samples.some(
    (sample) =>
      sample.invalid !== undefined && (sample.peer === 'proa' || sample.peer === target.relativeTo),
  );
}

export function verdictOf(target: Target, measured: number | undefined): Verdict {
  if (measured === undefined) return 'not measured';
  const { must, goal } = target;
  if (must !== undefined && measured > must) return 'MISSED';
  if (goal === undefined) return 'met';
  if (measured <= goal) return 'goal met';
  return must === undefined ? 'goal missed' : 'must met';
}
