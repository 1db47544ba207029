import t from 'tap';
import type { KnownDifference } from '../known-differences.ts';
import { compareWithEnvoy } from './comparison.ts';
import { describe } from './difference.ts';
import type { Observation } from './observation.ts';

const envoy: Observation = {
  client: [{ responses: [{ head: ['HTTP/1.1 200 OK', 'a: 1'], body: 'x' }], end: 'open' }],
  upstream: { backend: [] },
  log: [{ status: 200 }],
  stats: { 'http.ingress': { downstream_rq_total: 1 } },
};
const strict: Observation['client'] = [
  { responses: [{ head: ['HTTP/1.1 400 Bad Request'] }], end: 'closed' },
];
const known: KnownDifference = {
  group: 'g',
  scenarios: ['s'],
  reason: 'the RFC',
  proa: { kind: 'changed', but: { client: strict } },
};

function compare(proa: Observation, difference?: KnownDifference) {
  return compareWithEnvoy(envoy, proa, difference, (_, scenario) =>
    scenario === 'model' ? { ...envoy, client: strict } : undefined,
  );
}

t.test('equal observations do not differ', async (t) => {
  t.same(compare(structuredClone(envoy)), []);
});

t.test('every difference is told with its path', async (t) => {
  const proa = {
    ...envoy,
    log: [],
    stats: { 'http.ingress': { downstream_rq_total: 2, more: 1 } },
  };
  t.same(
    compare(proa).map((each) => each.path),
    ['log[0]', 'stats.http.ingress.downstream_rq_total', 'stats.http.ingress.more'],
  );
});

t.test('a list of texts is compared as a whole, and shown by its lines', async (t) => {
  const proa = structuredClone(envoy) as unknown as {
    client: [{ responses: [{ head: string[] }] }];
  } & Observation;
  proa.client[0].responses[0].head = ['HTTP/1.1 200 OK', 'b: 2'];
  const [found, ...others] = compare(proa);
  t.same(others, []);
  t.equal(found?.path, 'client[0].responses[0].head');
  const text = found === undefined ? '' : describe(found, ['Envoy', 'Proa']);
  t.match(text, 'Envoy only: a: 1');
  t.match(text, 'Proa only: b: 2');
  t.notMatch(text, '200 OK');
});

t.test('a refusal is all that is told', async (t) => {
  const refused: Observation = { refused: true, client: [], upstream: {}, log: [], stats: {} };
  t.same(compare(refused), [{ path: 'refused', expected: undefined, actual: true }]);
});

t.test('a known difference is what Proa is held to', async (t) => {
  t.same(compare({ ...envoy, client: strict }, known), []);
  const other = { ...envoy, client: [] };
  t.not(compare(other, known).length, 0);
  const alsoElsewhere = { ...envoy, client: strict, log: [] };
  t.same(
    compare(alsoElsewhere, known).map((each) => each.path),
    ['log[0]'],
  );
});

t.test('a known difference that is none any more is a difference', async (t) => {
  t.equal(compare(envoy, known)[0]?.actual, 'no longer different');
});

t.test('Proa can be held to what Envoy shows in another scenario', async (t) => {
  const alike = (scenario: string): KnownDifference => ({
    ...known,
    proa: { kind: 'like', group: 'g', scenario },
  });
  const proa = { ...envoy, client: strict };
  t.same(compare(proa, alike('model')), []);
  t.equal(compare({ ...proa, log: [] }, alike('model'))[0]?.path, 'log[0]');
  t.equal(compare(proa, alike('nothing'))[0]?.actual, 'not recorded');
});

t.test('only where messages are shorter or longer may other numbers of bytes come', async (t) => {
  const stats = { 'http.ingress': { downstream_rq_total: 1, downstream_cx_rx_bytes_total: 7 } };
  const proa = { ...envoy, client: strict, stats };
  const like = { kind: 'like', group: 'g', scenario: 'model' } as const;
  t.same(compare(proa, { ...known, proa: { ...like, received: 'differs' } }), []);
  t.same(
    compare(proa, { ...known, proa: like }).map((each) => each.path),
    ['stats.http.ingress.downstream_cx_rx_bytes_total'],
  );
});

t.test('what is different from another scenario is told, and nothing else may be', async (t) => {
  const sent = { downstream_rq_total: 1, upstream_cx_rx_bytes_total: 7 };
  const proa = { ...envoy, client: strict, stats: { 'http.ingress': sent } };
  const alike = (stats: Observation['stats']): KnownDifference => ({
    ...known,
    proa: { kind: 'like', group: 'g', scenario: 'model', but: { stats } },
  });
  t.same(compare(proa, alike({ 'http.ingress': { upstream_cx_rx_bytes_total: 7 } })), []);
  t.same(
    compare(proa, alike({ 'http.ingress': { downstream_rq_total: 3 } })).map((each) => each.path),
    ['stats.http.ingress.downstream_rq_total', 'stats.http.ingress.upstream_cx_rx_bytes_total'],
  );
});

t.test('what is different in the scenario itself is told, and nothing else may be', async (t) => {
  const changed: KnownDifference = {
    ...known,
    proa: { kind: 'changed', but: { log: { 0: { status: 400 } }, stats: {} } },
  };
  t.same(compare({ ...envoy, log: [{ status: 400 }] }, changed), []);
  t.same(
    compare({ ...envoy, log: [{ status: 400 }], stats: {} }, changed).map((each) => each.path),
    ['stats.http.ingress'],
  );
  t.equal(compare(envoy, changed)[0]?.actual, 'no longer different');
});

t.test('Proa can be held to refusing a configuration', async (t) => {
  const refusing: KnownDifference = { ...known, proa: { kind: 'refused' } };
  const refused: Observation = { refused: true, client: [], upstream: {}, log: [], stats: {} };
  t.same(compare(refused, refusing), []);
  t.equal(compare({ ...envoy, log: [] }, refusing)[0]?.path, 'refused');
});
