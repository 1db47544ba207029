import t from 'tap';
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
const known = { group: 'g', scenario: 's', reason: 'the RFC', proa: { client: strict } };

t.test('equal observations do not differ', async (t) => {
  t.same(compareWithEnvoy(envoy, structuredClone(envoy), undefined), []);
});

t.test('every difference is told with its path', async (t) => {
  const proa = {
    ...envoy,
    log: [],
    stats: { 'http.ingress': { downstream_rq_total: 2, more: 1 } },
  };
  t.same(
    compareWithEnvoy(envoy, proa, undefined).map((each) => each.path),
    ['log[0]', 'stats.http.ingress.downstream_rq_total', 'stats.http.ingress.more'],
  );
});

t.test('a list of texts is compared as a whole, and shown by its lines', async (t) => {
  const proa = structuredClone(envoy) as unknown as {
    client: [{ responses: [{ head: string[] }] }];
  } & Observation;
  proa.client[0].responses[0].head = ['HTTP/1.1 200 OK', 'b: 2'];
  const [found, ...others] = compareWithEnvoy(envoy, proa, undefined);
  t.same(others, []);
  t.equal(found?.path, 'client[0].responses[0].head');
  const text = found === undefined ? '' : describe(found, ['Envoy', 'Proa']);
  t.match(text, 'Envoy only: a: 1');
  t.match(text, 'Proa only: b: 2');
  t.notMatch(text, '200 OK');
});

t.test('a refusal is all that is told', async (t) => {
  const refused: Observation = { refused: true, client: [], upstream: {}, log: [], stats: {} };
  t.same(compareWithEnvoy(envoy, refused, undefined), [
    { path: 'refused', expected: undefined, actual: true },
  ]);
});

t.test('a known difference is what Proa is held to', async (t) => {
  t.same(compareWithEnvoy(envoy, { ...envoy, client: strict }, known), []);
  const other = { ...envoy, client: [] };
  t.not(compareWithEnvoy(envoy, other, known).length, 0);
  const alsoElsewhere = { ...envoy, client: strict, log: [] };
  t.same(
    compareWithEnvoy(envoy, alsoElsewhere, known).map((each) => each.path),
    ['log[0]'],
  );
});

t.test('consequences of a known difference are not compared', async (t) => {
  const proa = { ...envoy, client: strict, log: [], stats: {} };
  const tolerant = { ...known, consequences: ['log', 'stats'] as const };
  t.same(compareWithEnvoy(envoy, proa, tolerant), []);
});

t.test('a known difference that is none any more is a difference', async (t) => {
  t.equal(compareWithEnvoy(envoy, envoy, known)[0]?.actual, 'no longer different');
});
