import t from 'tap';
import { RuntimeReader, type RuntimeValue } from '#base/runtime.ts';

const half = { numerator: 50, denominator: 100 } as const;

function reader(values: Record<string, Omit<RuntimeValue, 'text'>>): RuntimeReader {
  return new RuntimeReader(
    new Map(Object.entries(values).map(([key, value]) => [key, { text: '', ...value }])),
  );
}

t.test('without a value the fallback decides', async (t) => {
  const runtime = reader({ text: {} });
  for (const key of ['', 'missing', 'text']) {
    t.equal(runtime.featureEnabled(key, half, 149), true);
    t.equal(runtime.featureEnabled(key, half, 150), false);
  }
  t.equal(runtime.getInteger('text', 3), 3);
  t.equal(runtime.getNumber('missing', 0.5), 0.5);
  t.equal(runtime.getBoolean('missing', true), true);
});

t.test('a fraction overrides by its own denominator', async (t) => {
  const fraction = { numerator: 5, denominator: 10_000 } as const;
  const runtime = reader({ key: { fraction } });
  t.equal(runtime.featureEnabled('key', half, 10_004), true);
  t.equal(runtime.featureEnabled('key', half, 10_005), false);
});

t.test('a whole number is that many percent', async (t) => {
  const runtime = reader({ key: { integer: 30, number: 30 }, all: { integer: 200, number: 200 } });
  t.equal(runtime.featureEnabled('key', half, 1029), true);
  t.equal(runtime.featureEnabled('key', half, 1030), false);
  t.equal(runtime.featureEnabled('all', half, 99), true);
});

t.test('values are read in their own forms', async (t) => {
  const runtime = reader({
    n: { integer: 4, number: 4 },
    d: { number: 1.5 },
    b: { boolean: false },
  });
  t.equal(runtime.getInteger('n', 1), 4);
  t.equal(runtime.getInteger('d', 1), 1);
  t.equal(runtime.getNumber('d', 1), 1.5);
  t.equal(runtime.getBoolean('b', true), false);
});
