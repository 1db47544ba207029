import t from 'tap';
import { judge, verdictOf } from '../../bench/report/verdict.ts';
import { sample, workload } from './sample.ts';

t.test('a verdict says which of the two bounds was met', (t) => {
  const both = { relativeTo: undefined, must: 110, goal: 65 };
  t.equal(verdictOf(both, 65), 'goal met', 'the bound itself is still good');
  t.equal(verdictOf(both, 65.1), 'must met');
  t.equal(verdictOf(both, 110.1), 'MISSED');
  t.equal(verdictOf({ ...both, goal: undefined }, 60), 'met');
  t.equal(verdictOf({ ...both, must: undefined }, 66), 'goal missed');
  t.equal(verdictOf(both, undefined), 'not measured');
  t.end();
});

t.test('an amount is the median of the samples of Proa', (t) => {
  const target = { relativeTo: undefined, must: 10, goal: undefined };
  const samples = [sample('proa', 1, 9), sample('proa', 2, 90), sample('proa', 3, 8)];
  t.match(judge(workload(target), samples), [{ measured: 9, verdict: 'met' }]);
  t.end();
});

t.test(
  'one invalid run of Proa or of the peer compared with spoils the row, another peer does not',
  (t) => {
    const target = { relativeTo: 'envoy', must: 1, goal: undefined } as const;
    const good = [
      sample('proa', 1, 1),
      sample('envoy', 1, 2),
      sample('proa', 2, 1),
      sample('envoy', 2, 2),
    ];
    const verdicts = (...more: ReturnType<typeof sample>[]): string[] =>
      judge(workload(target), [...good, ...more]).map(({ verdict }) => verdict);
    t.same(verdicts(), ['met']);
    t.same(verdicts(sample('proa', 3, 1, 'errors')), ['INVALID']);
    t.same(verdicts(sample('envoy', 3, 1, 'errors')), ['INVALID']);
    t.same(verdicts(sample('nginx', 3, 1, 'errors')), ['met']);
    t.end();
  },
);
