import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AdminResponse, askAdmin, readStats, type Stats } from './admin-client.ts';
import { fillInText, type Placement } from './bootstrap.ts';
import type { ClientScript } from './client-script.ts';
import type { FakeUpstream } from './fake-upstream.ts';
import { runHttp2Client } from './http2-client.ts';
import type { Http2ClientScript } from './http2-script.ts';
import { isQuiet, movedStats } from './moved-stats.ts';
import { mapTexts, normaliser } from './normalise.ts';
import {
  type AdminObservation,
  type LogEntry,
  type Observation,
  shownBytes,
} from './observation.ts';
import { LOG_FLUSH_MS, type ProxyProcess } from './proxy-process.ts';
import { type ClientRun, runClient } from './raw-client.ts';
import type { AdminRequest } from './scenario.ts';

const QUIET_TIMEOUT_MS = 4_000;

/** How long a stream may take from its end to the access log, if it gets there at all. */
const LOG_TIMEOUT_MS = 1_000;

/** Plays one scenario against a running proxy and collects what it made visible. */
export async function runScenario(
  proxy: ProxyProcess,
  placement: Placement,
  upstreams: ReadonlyMap<string, FakeUpstream>,
): Promise<Observation> {
  const { scenario, id } = placement;
  const port = proxy.listenerPorts.get(`listener-${id}`) ?? 0;
  const before = scenario.alone === true ? await readStats(proxy.adminPort) : new Map();
  const runs: ClientRun[] = [];
  for (const script of scenario.client) {
    const filled = filledIn(script, placement, port);
    runs.push(
      'http2' in filled
        ? await runHttp2Client(port, filled, scenario.showsHttp2Settings === true)
        : await runClient(port, filled),
    );
  }
  const stats = await waitUntilQuiet(proxy, placement);
  const admin = await askAll(proxy, placement);
  const client = runs.map((run) => run.observation);
  const upstream = Object.fromEntries(
    [...upstreams].map(([name, each]) => [name, each.observation()]),
  );
  const seen = {
    client,
    upstream,
    log: (await linesOf(placement.logPath)).map(logEntry),
    ...(placement.extraLogPaths.length > 0 ? { logs: await extraLogs(placement) } : {}),
    ...(admin.length > 0 ? { admin } : {}),
  };
  const ports = portNames(port, proxy, placement, runs, upstreams);
  const observation = mapTexts(seen, normaliser({ id, ports, scenario }));
  return { ...observation, stats: movedStats(placement, before, stats, seen) };
}

function filledIn(
  script: ClientScript | Http2ClientScript,
  placement: Placement,
  port: number,
): ClientScript | Http2ClientScript {
  return mapTexts(script, (text) => fillInText(text, placement, port));
}

/** Waits until no stream is under way and every stream is in the access log, then reads the stats. */
async function waitUntilQuiet(proxy: ProxyProcess, placement: Placement): Promise<Stats> {
  const { id } = placement;
  const started = Date.now();
  for (;;) {
    const stats = await readStats(proxy.adminPort, id);
    const waitedMs = Date.now() - started;
    const logged = waitedMs > LOG_TIMEOUT_MS || (await isLogged(placement, streamCount(stats, id)));
    if ((isQuiet(stats, id) && logged) || waitedMs > QUIET_TIMEOUT_MS) break;
    await sleep(15);
  }
  await sleep(3 * LOG_FLUSH_MS);
  return readStats(proxy.adminPort);
}

/** Whether the harness's log has a line for every stream, and each other log that filters nothing has begun. */
async function isLogged(placement: Placement, streams: number): Promise<boolean> {
  if ((await linesOf(placement.logPath)).length < streams) return false;
  const unfiltered = placement.extraLogPaths.filter(
    (_, at) => placement.scenario.logs?.[at]?.filter === undefined,
  );
  const contents = await Promise.all(unfiltered.map(linesOf));
  return streams === 0 || contents.every((lines) => lines.length > 0);
}

function streamCount(stats: Stats, id: string): number {
  return stats.get(`http.ingress-${id}.downstream_rq_total`) ?? 0;
}

async function extraLogs(placement: Placement): Promise<string[][]> {
  return Promise.all(placement.extraLogPaths.map(linesOf));
}

/** A line of the harness's access log without the fields that have no value. */
function logEntry(line: string): LogEntry {
  const fields = Object.entries(JSON.parse(line) as LogEntry);
  const shown = fields.map(([key, value]) => [
    key,
    typeof value === 'string' ? shownBytes(Buffer.from(value)) : value,
  ]);
  return Object.fromEntries(shown.filter(([, value]) => value !== null));
}

/** Lines with a character for every byte, so that bytes that are no text show as well. */
async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'latin1').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

async function askAll(proxy: ProxyProcess, placement: Placement): Promise<AdminObservation[]> {
  const observations: AdminObservation[] = [];
  for (const asked of placement.scenario.admin ?? []) {
    const path = fillInText(asked.path, placement);
    const response = await askAdmin(proxy.adminPort, asked.method, path);
    observations.push(observed(response, asked, placement.id));
  }
  return observations;
}

function observed(
  response: AdminResponse,
  { compare, lines }: AdminRequest,
  id: string,
): AdminObservation {
  const plain = response.body.replaceAll(`-${id}`, '');
  const body = bodyLines(plain, compare).filter((line) => lines?.test(line) ?? true);
  return { head: adminHead(response.head), body };
}

/** Headers of an admin page that say only how an HTTP server frames its responses. */
const FRAMING_HEADERS = /^(connection|content-length|date|keep-alive|transfer-encoding|vary):/;

/** The status line and, in order of their names, the headers that say something of the page. */
function adminHead([statusLine = '', ...headers]: readonly string[]): string[] {
  const lines = headers.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()));
  const telling = lines.filter((line) => !FRAMING_HEADERS.test(line));
  return [statusLine, ...[...new Set(telling)].sort()];
}

function bodyLines(body: string, compare: AdminRequest['compare']): string[] {
  switch (compare) {
    case 'nothing':
      return [];
    case 'keys':
      return [...new Set(leaves(body, (value) => typeof value))].sort();
    case 'values':
      return leaves(body, (value) => JSON.stringify(value)).sort();
    case 'words':
      return body.split('\n').map((line) => line.replace(/\d+(\.\d+)?/g, '#'));
    case 'text':
      return body.split('\n');
  }
}

/** The leaves of a JSON document, each with its path; the text itself where it is no JSON. */
function leaves(body: string, show: (value: unknown) => string): string[] {
  try {
    return leavesOf(JSON.parse(body), '', show);
  } catch {
    return body.split('\n');
  }
}

function leavesOf(value: unknown, path: string, show: (value: unknown) => string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each, `${path}[]`, show));
  if (typeof value !== 'object' || value === null) return [`${path}: ${show(value)}`];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, `${path}.${key}`, show));
}

function portNames(
  listenerPort: number,
  proxy: ProxyProcess,
  placement: Placement,
  runs: readonly ClientRun[],
  upstreams: ReadonlyMap<string, FakeUpstream>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const each of upstreams.values()) {
    for (const port of each.peerPorts) names.set(`${port}`, 'proxy');
  }
  for (const { localAddress, localPort } of runs) {
    const shared = localAddress === '127.0.0.1';
    names.set(shared ? `${localPort}` : `${localAddress}:${localPort}`, 'client');
  }
  for (const [name, port] of Object.entries(placement.upstreamPorts)) names.set(`${port}`, name);
  names.delete('0');
  names.set(`${proxy.adminPort}`, 'admin');
  names.set(`${listenerPort}`, 'listener');
  return names;
}
