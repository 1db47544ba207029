import type { Stats } from './admin-client.ts';
import type { Placement } from './bootstrap.ts';
import type { Observation, ObservedMessage, ObservedStats } from './observation.ts';

/** Stats that say the same in every scenario, or how reads and writes happened to interleave. */
const UNINTERESTING = [
  /^cluster\.[^.]+\.(membership_|circuit_breakers\.|max_host_weight|version|warming_state)/,
  /^cluster\.[^.]+\.(default\.total_match_count|upstream_cx_max_requests)$/,
  /_buffered$/,
  /_flow_control_/,
  /^listener\.[^.]+\.worker_\d+\./,
  // Which HTTP/2 library Envoy was built to use.
  /(^|\.)http2\.(ng|og)http2_/,
];

/** Counters of the whole server that belong to no scenario by name. */
const SERVER_WIDE = /^(http1|http2|runtime)\./;

/** Whether a stat was named for the scenario with this id. */
export function isStatOf(name: string, id: string): boolean {
  return name.includes(`-${id}`);
}

/** Whether nothing of the scenario is under way any more. */
export function isQuiet(stats: Stats, id: string): boolean {
  for (const [name, value] of stats) {
    const busy =
      /\.(downstream_cx_active|downstream_rq_active|upstream_rq_active|upstream_rq_pending_active)$/;
    if (value !== 0 && isStatOf(name, id) && busy.test(name)) return false;
  }
  return true;
}

/** The scenario's stats that are not zero, by name without placeholders and in order of the name. */
export function movedStats(
  { scenario, id }: Placement,
  before: Stats,
  after: Stats,
  seen: Pick<Observation, 'client' | 'upstream'>,
): ObservedStats {
  const moved: [string, number][] = [];
  for (const [fullName, value] of after) {
    const name = fullName.replaceAll(`-${id}`, '');
    const serverWide = scenario.alone === true && SERVER_WIDE.test(fullName);
    if (!serverWide && !isStatOf(fullName, id)) continue;
    if (UNINTERESTING.some((pattern) => pattern.test(name))) continue;
    if (scenario.volatileStats?.some((pattern) => pattern.test(name))) continue;
    if (dependsOnChunks(name, seen)) continue;
    const amount = serverWide ? value - (before.get(fullName) ?? 0) : value;
    if (amount !== 0) moved.push([name, amount - serviceTimeExcess(name, seen)]);
  }
  moved.sort(([a], [b]) => (a < b ? -1 : 1));
  const scopes: Record<string, Record<string, number>> = {};
  for (const [name, amount] of moved) {
    const [, scope = '', rest = ''] = /^((?:http[12]|[^.]+\.[^.]+))\.(.*)$/.exec(name) ?? [
      '',
      '',
      name,
    ];
    scopes[scope] = { ...scopes[scope], [rest]: amount };
  }
  return scopes;
}

/**
 * How an HTTP/2 connection codes its headers is up to each side, and the bytes with it. How a body is cut into chunks follows from the timing of reads, and with it the bytes on the wire: they are
 * no subject of comparison where the proxy wrote a chunked message.
 */
function dependsOnChunks(name: string, seen: Pick<Observation, 'client' | 'upstream'>): boolean {
  if (/\.downstream_cx_[rt]x_bytes_total$/.test(name) && seen.client.some(isHttp2)) return true;
  if (/\.upstream_cx_[rt]x_bytes_total$/.test(name)) {
    if (Object.values(seen.upstream).flat().some(isHttp2)) return true;
  }
  if (name.endsWith('.downstream_cx_tx_bytes_total')) return writesChunks(seen.client);
  if (name.endsWith('.upstream_cx_tx_bytes_total')) {
    return writesChunks(Object.values(seen.upstream).flat());
  }
  return false;
}

type Connection = Observation['client'][number] | Observation['upstream'][string][number];

function isHttp2(connection: Connection): boolean {
  return 'streams' in connection;
}

function messagesOf(connection: Connection): readonly ObservedMessage[] {
  if ('responses' in connection) return connection.responses;
  return 'requests' in connection ? connection.requests : [];
}

function writesChunks(connections: readonly Connection[]): boolean {
  return connections
    .flatMap(messagesOf)
    .some(({ head }) => head.some((line) => /^transfer-encoding: *chunked/i.test(line)));
}

/** The digits by which slow responses have made `x-envoy-upstream-service-time` longer than one digit. */
function serviceTimeExcess(name: string, seen: Pick<Observation, 'client'>): number {
  if (!name.endsWith('.downstream_cx_tx_bytes_total')) return 0;
  return seen.client
    .flatMap((each) => messagesOf(each).flatMap(({ head }) => head))
    .map((line) => /^x-envoy-upstream-service-time: (\d+)$/i.exec(line)?.[1]?.length ?? 1)
    .reduce((sum, digits) => sum + digits - 1, 0);
}
