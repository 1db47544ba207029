import { type KnownDifference, knownDifferences } from '../known-differences.ts';
import { type Difference, differences, observationDifferences } from './difference.ts';
import type { Observation } from './observation.ts';

/** The difference that is known for a scenario, if any. */
export function knownDifferenceOf(group: string, scenario: string): KnownDifference | undefined {
  return knownDifferences.find((each) => each.group === group && each.scenario === scenario);
}

/**
 * What Proa is expected to show where Envoy showed `envoy`, and how what it showed differs from that. A known
 * difference that has gone away counts as a difference, so that the list stays true.
 */
export function compareWithEnvoy(
  envoy: Observation,
  proa: Observation,
  known: KnownDifference | undefined,
): Difference[] {
  if (known === undefined) return observationDifferences(envoy, proa);
  const sections = [...Object.keys(known.proa), ...(known.consequences ?? [])];
  if (differences(only(envoy, sections), only(proa, sections)).length === 0) {
    return [{ path: '(known difference)', expected: known.reason, actual: 'no longer different' }];
  }
  const ignored = known.consequences ?? [];
  const expected = without({ ...envoy, ...known.proa }, ignored);
  return differences(expected, without(proa, ignored));
}

function only(observation: Observation, sections: readonly string[]): object {
  return Object.fromEntries(Object.entries(observation).filter(([key]) => sections.includes(key)));
}

function without(observation: Observation, sections: readonly string[]): object {
  return Object.fromEntries(Object.entries(observation).filter(([key]) => !sections.includes(key)));
}
