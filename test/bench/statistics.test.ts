import fc from 'fast-check';
import t from 'tap';
import { median, pairedRatio, percentileOfSorted } from '../../bench/report/statistics.ts';
import { sample } from './sample.ts';

t.test('the median is the middle value, or the mean of the two middle ones', (t) => {
  t.equal(median([9, 1, 5]), 5);
  t.equal(median([4, 1, 3, 2]), 2.5);
  t.ok(Number.isNaN(median([])));
  t.end();
});

t.test('half of the values lie on either side of the median', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const middle = median(values);
      const half = values.length / 2;
      return (
        values.filter((value) => value < middle).length <= half &&
        values.filter((value) => value > middle).length <= half
      );
    }),
  );
  t.end();
});

t.test('percentiles are values that occurred, by nearest rank', (t) => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  t.equal(percentileOfSorted(hundred, 0.5), 50);
  t.equal(percentileOfSorted(hundred, 0.99), 99);
  t.equal(percentileOfSorted(hundred, 0.999), 100);
  t.equal(percentileOfSorted([7], 0.01), 7);
  t.ok(Number.isNaN(percentileOfSorted([], 0.5)));
  t.end();
});

t.test('ratios are taken within rounds, so that a slow round does not distort them', (t) => {
  const samples = [
    sample('proa', 1, 10),
    sample('envoy', 1, 20),
    sample('proa', 2, 100),
    sample('envoy', 2, 200),
    sample('proa', 3, 12),
    sample('envoy', 3, 20),
  ];
  t.equal(pairedRatio(samples, 'proa', 'envoy'), 0.5);
  t.equal(
    pairedRatio(samples, 'proa', 'haproxy'),
    undefined,
    'without the other there is no ratio',
  );
  t.end();
});

t.test('a round in which either sample is invalid gives no ratio', (t) => {
  const samples = [
    sample('proa', 1, 10),
    sample('envoy', 1, 1, 'errors'),
    sample('proa', 2, 30),
    sample('envoy', 2, 10),
  ];
  t.equal(pairedRatio(samples, 'proa', 'envoy'), 3);
  t.end();
});
