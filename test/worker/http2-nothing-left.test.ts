import t from 'tap';
import { headerMapsInUse } from '#http/header-pool.ts';
import { freePort } from '../../bench/machine/loopback.ts';
import {
  answer,
  bootstrapOf,
  fileAccessLog,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { until } from '../tools/proa-process.ts';
import { InProcessWorker } from './in-process-worker.ts';
import { HTTP2_MANNERS, HTTP2_QUESTIONS, playHttp2 } from './rough-http2-clients.ts';
import { roughUpstream } from './rough-upstream.ts';

const AT_ONCE = 12;
/** Gauges that say what is configured, not what is under way. */
const CONFIGURED = /membership_|max_host_weight|clusters_inflated|active_clusters|listener_manager/;

const MANAGER: JsonObject = {
  stream_idle_timeout: '0.3s',
  delayed_close_timeout: '0.1s',
  drain_timeout: '0.1s',
  common_http_protocol_options: { idle_timeout: '0.2s' },
  access_log: [fileAccessLog('/dev/null', '%RESPONSE_FLAGS%\n')],
};

async function start(t: Parameters<typeof roughUpstream>[0]): Promise<InProcessWorker> {
  const upstream = await roughUpstream(t);
  const nobody = await freePort();
  const routes = [
    answer(200, 'from here', '/direct'),
    { match: { prefix: '/moved' }, redirect: { path_redirect: '/there' } },
    routeTo('refused', '/refused'),
    routeTo('rough', '/hang', { timeout: '0.1s' }),
    ...['ok', 'close', 'big', 'echo', 'early', 'drip', 'resetAtOnce', 'resetInBody'].map((name) =>
      routeTo('rough', `/${name}`, { timeout: '0.4s' }),
    ),
    routeTo('rough', '/garbage'),
    routeTo('rough', '/interim'),
  ];
  const listener = { per_connection_buffer_limit_bytes: 16_384 };
  return await InProcessWorker.start(
    bootstrapOf(
      [httpListener({ name: 'web', at: 0, routes, manager: MANAGER, listener })],
      [staticCluster('rough', upstream), staticCluster('refused', nobody)],
    ),
  );
}

/** Every gauge that counts something under way; idle connections upstream stay. */
function gaugesInUse(proa: InProcessWorker): string[] {
  return [...proa.store.snapshot().gauges]
    .filter(([name, value]) => value !== 0 && !CONFIGURED.test(name) && !/_cx_/.test(name))
    .map(([name, value]) => `${name}: ${value}`);
}

t.test('of HTTP/2 streams of every kind and with every end, nothing is left', async (t) => {
  const proa = await start(t);
  t.teardown(() => proa.stop());
  const port = proa.port('web');
  const plays = Object.values(HTTP2_MANNERS).flatMap((manner) =>
    HTTP2_QUESTIONS.map(([path, hasBody]) => ({ manner, path, hasBody })),
  );
  const queue = plays.values();
  const players = Array.from({ length: AT_ONCE }, async () => {
    for (const { manner, path, hasBody } of queue) await playHttp2(port, manner, path, hasBody);
  });
  await Promise.all(players);

  const isIdle = (): boolean => gaugesInUse(proa).length === 0;
  await until(() => isIdle() && proa.stat('http.web.downstream_cx_active') === 0);
  t.strictSame(gaugesInUse(proa), [], 'gauges');
  t.equal(proa.stat('http.web.downstream_cx_active'), 0);
  t.equal(headerMapsInUse(), 0, 'header maps');
  t.equal(proa.stat('http.web.downstream_cx_http2_total'), plays.length);
  t.equal(proa.stat('http.web.downstream_cx_destroy'), plays.length);
  t.ok(await until(() => proa.lines === proa.stat('http.web.downstream_rq_total')), 'log lines');
  t.equal(proa.stat('http.web.downstream_cx_protocol_error'), 0);
  t.ok((proa.stat('http.web.downstream_rq_rx_reset') ?? 0) > 20);
  t.ok((proa.stat('cluster.rough.upstream_flow_control_paused_reading_total') ?? 0) > 0);
});
