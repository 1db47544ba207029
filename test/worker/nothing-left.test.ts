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
import { MANNERS, play, QUESTIONS } from './rough-clients.ts';
import { roughUpstream } from './rough-upstream.ts';

const AT_ONCE = 24;
/** Gauges that say what is configured, not what is under way. */
const CONFIGURED = /membership_|max_host_weight|clusters_inflated|active_clusters|listener_manager/;

const ROUTES: readonly JsonObject[] = [
  answer(200, 'from here', '/direct'),
  { match: { prefix: '/moved' }, redirect: { path_redirect: '/there' } },
  routeTo('refused', '/refused'),
  routeTo('limited', '/hang/limited', { timeout: '0.2s' }),
  routeTo('rough', '/hang/try', { timeout: '5s' }),
  routeTo('rough', '/hang/stream', {
    timeout: '5s',
    max_stream_duration: { max_stream_duration: '0.1s' },
  }),
  routeTo('rough', '/hang/idle', { timeout: '5s', idle_timeout: '0.1s' }),
  ...['ok', 'close', 'big', 'echo', 'early', 'drip', 'resetAtOnce', 'resetInBody', 'garbage'].map(
    (name) => routeTo('rough', `/${name}`, { timeout: '0.4s' }),
  ),
  routeTo('rough', '/interim'),
  routeTo('rough', '/hang', { timeout: '0.1s' }),
];

const MANAGER: JsonObject = {
  stream_idle_timeout: '0.3s',
  request_timeout: '0.3s',
  request_headers_timeout: '0.2s',
  delayed_close_timeout: '0.1s',
  common_http_protocol_options: { idle_timeout: '0.2s' },
  upgrade_configs: [{ upgrade_type: 'websocket' }],
  access_log: [fileAccessLog('/dev/null', '%RESPONSE_FLAGS%\n')],
  use_remote_address: true,
  internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
};

/** Connections upstream go soon after nobody needs them. */
const SHORT_IDLE = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http_protocol_options: {} },
      common_http_protocol_options: { idle_timeout: '0.1s' },
    },
  },
};

async function start(t: Parameters<typeof roughUpstream>[0]): Promise<InProcessWorker> {
  const upstream = await roughUpstream(t);
  const nobody = await freePort();
  const limits = { max_connections: 1, max_pending_requests: 1, max_requests: 1 };
  return await InProcessWorker.start(
    bootstrapOf(
      [
        httpListener({
          name: 'web',
          at: 0,
          routes: ROUTES,
          manager: MANAGER,
          listener: { per_connection_buffer_limit_bytes: 16_384 },
        }),
      ],
      [
        staticCluster('rough', upstream, SHORT_IDLE),
        staticCluster('refused', nobody, SHORT_IDLE),
        staticCluster('limited', upstream, {
          ...SHORT_IDLE,
          circuit_breakers: { thresholds: [limits] },
        }),
      ],
    ),
  );
}

/** Every gauge that counts something under way. */
function gaugesInUse(proa: InProcessWorker): string[] {
  return [...proa.store.snapshot().gauges]
    .filter(([name, value]) => value !== 0 && !CONFIGURED.test(name))
    .map(([name, value]) => `${name}: ${value}`);
}

t.test('of streams of every kind and with every end, nothing is left', async (t) => {
  const proa = await start(t);
  t.teardown(() => proa.stop());
  const port = proa.port('web');
  const plays = Object.keys(MANNERS).flatMap((manner) =>
    Object.keys(QUESTIONS).map((question) => ({ manner, question })),
  );
  const queue = plays.values();
  const players = Array.from({ length: AT_ONCE }, async () => {
    for (const { manner, question } of queue) await play(port, manner, question);
  });
  await Promise.all(players);

  const { timers } = proa.worker.services;
  await until(() => gaugesInUse(proa).length === 0 && timers.size === 0);
  t.strictSame(gaugesInUse(proa), [], 'gauges');
  t.equal(timers.size, 0, 'timers');
  t.equal(headerMapsInUse(), 0, 'header maps');
  for (const scope of ['http.web.downstream_cx', 'cluster.rough.upstream_cx']) {
    t.equal(proa.stat(`${scope}_destroy`), proa.stat(`${scope}_total`), scope);
  }
  t.ok(await until(() => proa.lines === proa.stat('http.web.downstream_rq_total')), 'log lines');

  // The clients did what their names say.
  const expected = {
    downstream_cx_total: plays.length,
    downstream_rq_rx_reset: 10,
    downstream_rq_ws_on_non_ws_route: 1,
    downstream_rq_timeout: 1,
    downstream_rq_idle_timeout: 1,
    downstream_rq_max_duration_reached: 0,
    downstream_cx_protocol_error: 10,
    downstream_flow_control_paused_reading_total: 1,
  };
  t.comment(expected);
  for (const [n, v] of [...proa.store.snapshot().counters]) if (v > 0) t.comment(n, v);
});
