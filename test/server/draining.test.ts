import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import {
  answer,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { ask, keepAliveAgent } from '../tools/http-client.ts';
import { httpServer } from '../tools/http-server.ts';
import { type RunningProa, until } from '../tools/proa-process.ts';
import { startForTest } from '../tools/start-for-test.ts';

type Test = Parameters<typeof startForTest>[0];

const inbound = { traffic_direction: 'INBOUND' };
const outbound = { traffic_direction: 'OUTBOUND' };

function listener(name: string, more: JsonObject, routes = [answer(200, name)]): JsonObject {
  return httpListener({ name, at: 0, routes, listener: more });
}

async function start(
  t: Test,
  listeners: readonly JsonObject[],
  args: readonly string[] = [],
  clusters: readonly JsonObject[] = [],
): Promise<RunningProa> {
  return await startForTest(t, listeners, clusters, { args });
}

/** Whether somebody accepts connections. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

t.test(
  '/drain_listeners closes every listener at once, or those for inbound traffic',
  async (t) => {
    const proa = await start(t, [listener('in', inbound), listener('out', outbound)]);
    const [inPort, outPort] = [proa.port('in'), proa.port('out')];
    t.equal((await proa.admin('GET', '/drain_listeners')).status, 405, 'only with POST');
    t.equal((await proa.admin('POST', '/drain_listeners?inboundonly')).status, 200);
    t.ok(await until(async () => !(await accepts(inPort))));
    t.equal((await ask({ port: outPort })).body, 'out', 'outbound traffic goes on');
    t.equal((await proa.admin('GET', '/ready')).status, 200);
    t.equal((await proa.admin('POST', '/drain_listeners')).status, 200);
    t.ok(await until(async () => !(await accepts(outPort))));
    t.ok(proa.process.isRunning, 'the process stays');
  },
);

t.test(
  'graceful draining accepts until the drain time is over, and ends connections',
  async (t) => {
    const proa = await start(t, [listener('in', inbound)], ['--drain-time-s', '1']);
    const port = proa.port('in');
    const agent = keepAliveAgent(t);
    t.notMatch((await ask({ port, agent })).headers, { connection: 'close' });
    const began = performance.now();
    await proa.admin('POST', '/drain_listeners?inboundonly&graceful');
    t.equal((await ask({ port })).body, 'in', 'new connections are served');
    t.ok(await until(async () => !(await accepts(port)), 3_000));
    const tookMs = performance.now() - began;
    t.ok(tookMs > 900, `after the drain time, not after ${tookMs.toFixed(0)} ms`);
  },
);

t.test('with skip_exit listeners stay open', async (t) => {
  const args = ['--drain-time-s', '0', '--drain-strategy', 'immediate'];
  const proa = await start(t, [listener('in', inbound)], args);
  await proa.admin('POST', '/drain_listeners?graceful&skip_exit');
  await sleep(200);
  t.equal((await ask({ port: proa.port('in') })).body, 'in');
});

t.test('with the immediate strategy, connections are told to close', async (t) => {
  const args = ['--drain-time-s', '4', '--drain-strategy', 'immediate'];
  const proa = await start(t, [listener('in', inbound)], args);
  await proa.admin('POST', '/drain_listeners?inboundonly&graceful');
  const agent = keepAliveAgent(t);
  t.match((await ask({ port: proa.port('in'), agent })).headers, { connection: 'close' });
});

t.test('requests under way are finished while their listener drains', async (t) => {
  const release = Promise.withResolvers<void>();
  const { port } = await httpServer(t, (_request, response) => {
    void release.promise.then(() => response.end('at last'));
  });
  const proa = await start(
    t,
    [listener('in', inbound, [routeTo('backend')])],
    [],
    [staticCluster('backend', port)],
  );
  const asked = ask({ port: proa.port('in') });
  t.ok(await until(async () => (await proa.stat('http.in.downstream_rq_active')) === 1));
  await proa.admin('POST', '/drain_listeners');
  t.ok(await until(async () => !(await accepts(proa.port('in')))));
  release.resolve();
  t.match(await asked, { status: 200, body: 'at last' });
});

t.test('a failed health check shows in /ready, and connections are told to close', async (t) => {
  const proa = await start(t, [listener('in', inbound)]);
  const agent = keepAliveAgent(t);
  t.match(await proa.admin('GET', '/ready'), { status: 200, body: 'LIVE\n' });
  t.equal((await proa.admin('GET', '/healthcheck/fail')).status, 405, 'only with POST');
  t.equal((await proa.admin('POST', '/healthcheck/fail')).status, 200);
  t.match(await proa.admin('GET', '/ready'), { status: 503, body: 'DRAINING\n' });
  const meanwhile = await ask({ port: proa.port('in'), agent });
  t.match(meanwhile, { status: 200, headers: { connection: 'close' } }, 'traffic is served');
  t.equal((await proa.admin('POST', '/healthcheck/ok')).status, 200);
  t.match(await proa.admin('GET', '/ready'), { status: 200, body: 'LIVE\n' });
  t.notMatch((await ask({ port: proa.port('in'), agent })).headers, { connection: 'close' });
});
