import t from 'tap';
import { get } from './client-script.ts';
import { normaliser } from './normalise.ts';
import type { Scenario } from './scenario.ts';
import { reply } from './upstream-script.ts';

const uuid = '12345678-1234-4234-8234-123456789abc';
const date = 'Thu, 01 Jan 1970 00:00:00 GMT';

function normalise(text: string, scenario: Partial<Scenario> = {}): string {
  const ports = new Map([
    ['40001', 'listener'],
    ['127.9.8.7:40001', 'client'],
  ]);
  return normaliser({ id: 'k007', ports, scenario: { name: 'x', client: [], ...scenario } })(text);
}

t.test('takes out what differs from run to run', async (t) => {
  t.equal(normalise('cluster.backend-k007.x'), 'cluster.backend.x');
  t.equal(normalise('127.0.0.1:40001'), '127.0.0.1:{listener}');
  t.equal(normalise('127.9.8.7:40001'), '127.9.8.7:{client}');
  t.equal(normalise('example.test:40001'), 'example.test:{listener}');
  t.equal(normalise('x-forwarded-port: 40001'), 'x-forwarded-port: {listener}');
  t.equal(normalise(`x-request-id: ${uuid}`), 'x-request-id: {uuid 4}');
  t.equal(normalise(`date: ${date}`), 'date: {date}');
  t.equal(normalise('x-envoy-upstream-service-time: 12'), 'x-envoy-upstream-service-time: {ms}');
});

t.test('leaves alone what a script sent', async (t) => {
  const client = [get('/', `x-request-id: ${uuid}`)];
  t.equal(normalise(`x-request-id: ${uuid}`, { client }), `x-request-id: ${uuid}`);
  const upstream = reply(200, '', `date: ${date}`, 'x-envoy-upstream-service-time: 77777');
  t.equal(normalise(`date: ${date}`, { upstream }), `date: ${date}`);
  const time = 'x-envoy-upstream-service-time: 77777';
  t.equal(normalise(time, { upstream }), time);
});

t.test('leaves alone other ports, ids and numbers', async (t) => {
  for (const text of ['127.0.0.1:40002', 'backend-k008', 'content-length: 40001', 'a:40001b']) {
    t.equal(normalise(text), text);
  }
});

t.test('applies the patterns of the scenario last', async (t) => {
  const volatileText = [[/\{listener\}/, 'L'] as const];
  t.equal(normalise('127.0.0.1:40001', { volatileText }), '127.0.0.1:L');
});
