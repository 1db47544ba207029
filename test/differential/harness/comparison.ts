import { type Expectation, type KnownDifference, knownDifferences } from '../known-differences.ts';
import { withChanges } from './changes.ts';
import { type Difference, observationDifferences } from './difference.ts';
import { withoutManners } from './http2-manners.ts';
import type { Observation, ObservedStats } from './observation.ts';

/** The difference that is known for a scenario, if any. */
export function knownDifferenceOf(group: string, scenario: string): KnownDifference | undefined {
  return knownDifferences.find((each) => each.group === group && each.scenarios.includes(scenario));
}

/** What Envoy answered in another scenario. */
export type Answers = (group: string, scenario: string) => Observation | undefined;

/**
 * What Proa is expected to show where Envoy showed `envoy`, and how what it showed differs from that. A known
 * difference that has gone away counts as a difference, so that the list stays true.
 */
export function compareWithEnvoy(
  envoy: Observation,
  proa: Observation,
  known: KnownDifference | undefined,
  answers: Answers,
): Difference[] {
  if (known === undefined) return observationDifferences(envoy, proa);
  if (observationDifferences(envoy, proa).length === 0) {
    return [{ path: '(known difference)', expected: known.reason, actual: 'no longer different' }];
  }
  return compareWithExpectation(envoy, proa, known.proa, answers);
}

function compareWithExpectation(
  envoy: Observation,
  proa: Observation,
  expectation: Expectation,
  answers: Answers,
): Difference[] {
  switch (expectation.kind) {
    case 'like': {
      const model = answers(expectation.group, expectation.scenario);
      const path = `what Envoy showed in "${expectation.scenario}"`;
      if (model === undefined) return [{ path, expected: 'recorded', actual: 'not recorded' }];
      const { manners, but = {}, received } = expectation;
      const shown = manners === undefined ? proa : withoutManners(proa, model, manners);
      const expected = withChanges(model, but);
      return received === 'differs'
        ? observationDifferences(withoutReceivedBytes(expected), withoutReceivedBytes(shown))
        : observationDifferences(expected, shown);
    }
    case 'changed':
      return observationDifferences(withChanges(envoy, expectation.but), proa);
    case 'http2':
      return observationDifferences(envoy, withoutManners(proa, envoy, expectation.manners));
    case 'refused':
      return proa.refused === true
        ? []
        : [{ path: 'refused', expected: true, actual: proa.refused }];
  }
}

function withoutReceivedBytes(observation: Observation): Observation {
  const stats: Record<string, ObservedStats[string]> = {};
  for (const [scope, values] of Object.entries(observation.stats)) {
    const kept = Object.entries(values).filter(([name]) => !name.endsWith('cx_rx_bytes_total'));
    stats[scope] = Object.fromEntries(kept);
  }
  const log = observation.log.map((entry) => ({ ...entry, received: '' }));
  return { ...observation, log, stats };
}
