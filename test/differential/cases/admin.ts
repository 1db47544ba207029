import { get } from '../harness/client-script.ts';
import { route } from '../harness/configuration.ts';
import type { AdminRequest, Group, Scenario } from '../harness/scenario.ts';
import { reply } from '../harness/upstream-script.ts';

/** Two requests, and then what an admin page says about them. */
function page(
  path: string,
  compare: AdminRequest['compare'] = 'nothing',
  more: Partial<AdminRequest> = {},
): Scenario {
  const method = more.method ?? 'GET';
  return {
    name: `${method} ${path}${more.lines === undefined ? '' : `, lines ${more.lines.source}`}`,
    routes: [route({ prefix: '/up' })],
    upstream: reply(200, 'ok'),
    client: [get('/up'), get('/none')],
    admin: [{ path, compare, method, ...more }],
  };
}

/** A page that changes what the others see, and so comes last. */
function change(
  path: string,
  compare: AdminRequest['compare'],
  ...more: readonly AdminRequest[]
): Scenario {
  const scenario = page(path, compare, { method: 'POST' });
  return { ...scenario, alone: true, admin: [...(scenario.admin ?? []), ...more] };
}

function ask(
  method: string,
  path: string,
  compare: AdminRequest['compare'],
  lines?: RegExp,
): AdminRequest {
  return { method, path, compare, ...(lines === undefined ? {} : { lines }) };
}

/** What an Envoy says of its own build and extensions is no subject of comparison. */
const NOT_ITS_BUILD = { lines: /^(?!.*\.node\.(extensions|user_agent))/ };

const pages: readonly Scenario[] = [
  page('/'),
  page('/ready', 'text'),
  page('/server_info', 'keys', NOT_ITS_BUILD),
  page('/help', 'nothing'),
  page('/certs', 'text'),
  page('/memory', 'keys'),
  page('/runtime', 'values'),
  page('/runtime?format=json'),
  page('/contention', 'text'),
  page('/init_dump', 'nothing'),
  page('/hot_restart_version', 'nothing'),
  page('/listeners?format=json', 'keys'),
  page('/listeners?format=yaml'),
  page('/clusters?format=json', 'keys'),
  page('/clusters?filter={{id}}', 'text'),
  page('/listeners', 'text', { lines: /^listener::/ }),
  page('/config_dump', 'keys', NOT_ITS_BUILD),
  page('/config_dump?resource=static_clusters', 'keys'),
  page('/config_dump?resource=static_listeners', 'keys'),
  page('/config_dump?resource=static_route_configs', 'keys'),
  page('/config_dump?resource=nothing', 'text'),
  page('/config_dump?mask=bootstrap.admin', 'keys'),
  page('/config_dump?resource=static_clusters&mask=cluster.name', 'keys'),
  page('/config_dump?name_regex=backend-{{id}}', 'keys', NOT_ITS_BUILD),
  page('/config_dump?name_regex=(', 'nothing'),
  page('/stats/recentlookups'),
  page('/nothing', 'text', { lines: /invalid|404|not/ }),
  page('//ready', 'nothing'),
  page('/ready/', 'nothing'),
  page('/READY', 'nothing'),
  page('/ready?x=y', 'text'),
  page('/ready', 'text', { method: 'POST' }),
  page('/ready', 'text', { method: 'PUT' }),
];

/** The loggers that any such proxy has, of the many that Envoy lists. */
const LOGGERS =
  /^(?! {2})|^ {2}(admin|client|config|connection|http|main|pool|router|runtime|upstream): /;

const stats: readonly Scenario[] = [
  page('/stats?filter=-{{id}}&type=Counters', 'text', { lines: /downstream_rq_|upstream_rq_/ }),
  page('/stats?filter=-{{id}}&type=Gauges', 'text', { lines: /_active|membership/ }),
  page('/stats?filter=-{{id}}&type=Histograms', 'words'),
  page('/stats?filter=-{{id}}&type=TextReadouts', 'text'),
  page('/stats?filter=-{{id}}&type=Nonsense', 'text'),
  page('/stats?filter=-{{id}}&usedonly', 'words'),
  page('/stats?filter=-{{id}}', 'words'),
  page('/stats?filter=(', 'text'),
  page('/stats?filter=^http\\.ingress-{{id}}\\.downstream_rq_[24]xx$', 'text'),
  page('/stats?filter=-{{id}}&format=json&type=Counters', 'keys'),
  page('/stats?filter=http.ingress-{{id}}.downstream_rq_total&format=json', 'text'),
  page('/stats?filter=-{{id}}&format=json&type=Histograms', 'keys'),
  page('/stats?filter=-{{id}}&format=prometheus&usedonly', 'words', {
    lines: /^(?!.*_(bucket|sum))/,
  }),
  page('/stats?filter=nothing-at-all&format=prometheus', 'text'),
  page('/stats/prometheus?filter=-{{id}}&type=Counters', 'words'),
  page('/stats/prometheus?filter=-{{id}}&usedonly', 'words', { lines: /_(bucket|sum|count)/ }),
  page('/stats?format=nonsense', 'text'),
  page('/stats?filter=-{{id}}&histogram_buckets=cumulative&type=Histograms', 'words'),
  page('/stats?filter=-{{id}}&histogram_buckets=disjoint&type=Histograms', 'words'),
  page('/stats?filter=-{{id}}&histogram_buckets=nonsense', 'text'),
];

const changes: readonly Scenario[] = [
  ...[
    '/quitquitquit',
    '/healthcheck/fail',
    '/healthcheck/ok',
    '/drain_listeners',
    '/reset_counters',
    '/logging',
    '/reopen_logs',
    '/runtime_modify?a=b',
    '/cpuprofiler',
  ].map((path) => page(path, 'text')),
  change(
    '/healthcheck/fail',
    'text',
    ask('GET', '/ready', 'text'),
    ask('GET', '/server_info', 'text', /"state"/),
    ask('POST', '/healthcheck/ok', 'text'),
    ask('GET', '/ready', 'text'),
  ),
  { ...change('/logging', 'nothing'), admin: [ask('POST', '/logging', 'text', LOGGERS)] },
  {
    ...change('/logging?level=error', 'nothing'),
    admin: [
      ask('POST', '/logging?level=error', 'text', LOGGERS),
      ask('POST', '/logging?level=warning', 'nothing'),
    ],
  },
  {
    ...change('/logging?level=loud', 'nothing'),
    admin: [ask('POST', '/logging?level=loud', 'text', LOGGERS)],
  },
  {
    ...change('/logging?nonsense=error', 'nothing'),
    admin: [ask('POST', '/logging?nonsense=error', 'text', LOGGERS)],
  },
  {
    ...change('/logging?http=debug', 'nothing'),
    admin: [
      ask('POST', '/logging?http=debug', 'text', LOGGERS),
      ask('POST', '/logging?http=warning', 'nothing'),
    ],
  },
  change(
    '/logging?paths=http:debug,upstream:info',
    'nothing',
    ask('POST', '/logging?level=warning', 'nothing'),
  ),
  change('/reopen_logs', 'text'),
  change('/runtime_modify', 'text'),
  change(
    '/runtime_modify?differential.key=5',
    'text',
    ask('GET', '/runtime', 'values'),
    ask('POST', '/runtime_modify?differential.key=', 'text'),
  ),
  change(
    '/reset_counters',
    'text',
    ask('GET', '/stats?filter=-{{id}}&type=Counters&usedonly', 'text'),
  ),
  change('/nothing', 'nothing'),
];

export const admin: Group = {
  name: 'admin',
  bootstrap: {
    // Without it Envoy shows no histogram before its next flush, five seconds later.
    stats_flush_on_admin: true,
    node: { id: 'the-node', cluster: 'the-cluster', locality: { region: 'r', zone: 'z' } },
    layered_runtime: {
      layers: [
        { name: 'static', static_layer: { 'differential.flag': true, 'differential.number': 7 } },
        { name: 'admin', admin_layer: {} },
      ],
    },
  },
  scenarios: [...pages, ...stats, ...changes],
};
