import { readFileSync } from 'node:fs';
import { type RunningProa, until } from '../tools/proa-process.ts';
import { pathOf } from './body.ts';
import { ClientConnection } from './client-connection.ts';
import type { Findings } from './findings.ts';
import { describeOpenFiles, openFilesOf } from './measurements.ts';
import { LIMITS } from './soak-bootstrap.ts';

/** Gauges that count what is in hand: all of them are 0 when nobody is there. */
const IN_HAND = /(?:_active|_buffered|pending_active|_open|_overloaded|_soft_drain)$/;
/** Lines of the log that do not speak of errors, and the end of the last one. */
const HARMLESS = /^\{"level":"warning"|^$/;
/** Longer than the idle timeouts of the configuration and the patience of the upstream. */
const SETTLE_MS = 10_000;
const END_MS = 2_000;

async function gauges(proa: RunningProa): Promise<string[]> {
  const { body } = await proa.admin('GET', '/stats?type=Gauges');
  return (
    body
      .split('\n')
      .filter((line) => IN_HAND.test(line.split(':')[0] ?? ''))
      // The interface that is asked counts the one who asks.
      .filter((line) => !/^[a-z]+\.admin\./.test(line) && !line.endsWith(': 0'))
      .filter((line) => !line.startsWith('listener_manager.'))
  );
}

/** When the clients are gone, nothing of them must be left. */
export async function checkNothingIsLeft(
  proa: RunningProa,
  idleFiles: number,
  findings: Findings,
): Promise<void> {
  let left: string[] = [];
  const areZero = await until(async () => {
    left = await gauges(proa);
    return left.length === 0;
  }, SETTLE_MS);
  if (!areZero) for (const line of left) findings.wrongInTheEnd(`a gauge is left: ${line}`);
  const { pid } = proa.process;
  // The admin connection that asks may count for a moment.
  if (!(await until(() => openFilesOf(pid) <= idleFiles, SETTLE_MS))) {
    findings.wrongInTheEnd(
      `${idleFiles} files were open in the beginning, now ${describeOpenFiles(pid)}`,
    );
  }
  const [opened, closed] = await Promise.all(
    ['total', 'destroy'].map((what) => proa.stat(`http.soak.downstream_cx_${what}`)),
  );
  if (opened !== closed) findings.wrongInTheEnd(`of ${opened} connections ${closed} were closed`);
  const crashed = await proa.stat('server.worker_crashed');
  if (crashed !== 0) findings.wrongInTheEnd(`server.worker_crashed is ${crashed}`);
}

/**
 * Circuit breakers have forgotten everybody: as many requests pass as their limit of waiting ones
 * lets through.
 */
export async function checkLimitsAreFree(listenerPort: number, findings: Findings): Promise<void> {
  const probe = async (id: string): Promise<void> => {
    const target = { route: 'limited', kind: 'drip', length: 1_000, id };
    const connection = new ClientConnection(listenerPort, 'probe in the end', findings);
    const answer = connection.answer('GET', target);
    await connection.send(`GET ${pathOf(target)} HTTP/1.1\r\nhost: soak.test\r\n\r\n`);
    const outcome = await answer;
    const status = outcome.kind === 'complete' ? outcome.head.status : outcome.kind;
    if (status !== 200) findings.wrongInTheEnd(`the limits are not free: ${status}`);
    connection.leave(false);
  };
  await Promise.all(
    Array.from({ length: LIMITS.max_pending_requests }, (_, at) => probe(`end${at}`)),
  );
}

/** Every request has its line, and every line is JSON. */
export async function checkEnd(
  proa: RunningProa,
  accessLogPath: string,
  findings: Findings,
): Promise<void> {
  const requests = (await proa.stat('http.soak.downstream_rq_total')) ?? 0;
  const began = performance.now();
  proa.process.signal('SIGTERM');
  const late = setTimeout(() => proa.process.signal('SIGKILL'), 5_000);
  const { code, signal } = await proa.process.ended;
  clearTimeout(late);
  const tookMs = performance.now() - began;
  if (code !== 0) findings.wrongInTheEnd(`SIGTERM ended the process with ${code ?? signal}`);
  else if (tookMs > END_MS) findings.wrongInTheEnd(`SIGTERM took ${tookMs.toFixed(0)} ms`);
  const lines = readFileSync(accessLogPath, 'utf8').split('\n').slice(0, -1);
  const broken = lines.find((line) => !isJson(line));
  if (broken !== undefined) findings.wrongInTheEnd(`a broken line in the access log: ${broken}`);
  if (lines.length !== requests) {
    findings.wrongInTheEnd(`${requests} requests left ${lines.length} lines in the access log`);
  }
  findings.tally('requests in the access log', lines.length);
  const said = proa.process.output.split('\n').filter((line) => !HARMLESS.test(line));
  if (said.length > 0) findings.wrongInTheEnd(`Proa said: ${said.join('\n').slice(0, 2_000)}`);
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
