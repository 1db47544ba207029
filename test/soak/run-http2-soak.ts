import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bootstrapOf,
  fileAccessLog,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { type RunningProa, startProa } from '../tools/proa-process.ts';
import { checkEnd, checkNothingIsLeft } from './after-the-run.ts';
import { Findings } from './findings.ts';
import { http2Behaviours, http2BehaviourWeights } from './http2-behaviours.ts';
import type { Http2SoakRun } from './http2-client.ts';
import { MemoryCurve, openFilesOf } from './measurements.ts';
import { Pace } from './pace.ts';
import { Choices } from './random.ts';
import {
  MEMORY_JUDGED_FROM_SECONDS,
  type SoakOptions,
  type SoakReport,
  watch,
} from './run-soak.ts';

/** What the upstream speaks; the clients speak HTTP/2. */
export type Http2SoakUpstream = 'h1' | 'h2';

/** The same as `runSoak` with clients that speak HTTP/2. */
export async function runHttp2Soak(
  protocol: Http2SoakUpstream,
  options: SoakOptions,
): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'proa-soak-'));
  const upstream = spawn(
    process.execPath,
    [join(import.meta.dirname, 'http2-upstream-process.ts'), protocol],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  try {
    const [upstreamPort] = (await once(upstream, 'message')) as [number];
    const accessLogPath = join(folder, 'access.log');
    const bootstrap = bootstrapFor(protocol, upstreamPort, accessLogPath);
    const proa = await startProa(bootstrap, { folder, concurrency: 2 });
    try {
      return await soak(proa, accessLogPath, options);
    } finally {
      await proa.process.stop();
    }
  } finally {
    if (upstream.connected) upstream.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soak(
  proa: RunningProa,
  accessLogPath: string,
  options: SoakOptions,
): Promise<SoakReport> {
  const findings = new Findings();
  const idleFiles = openFilesOf(proa.process.pid);
  const memory = new MemoryCurve(proa.process.pid);
  const deadline = performance.now() + options.seconds * 1_000;
  const isOver = (): boolean => performance.now() >= deadline || !proa.process.isRunning;
  const run = { port: proa.port('soak'), pace: new Pace(options.rate), findings, isOver };
  const clients = Array.from({ length: options.clients }, (_, index) =>
    live(run, new Choices(options.seed + index)),
  );
  await Promise.all([...clients, watch(memory, findings, isOver, options)]);
  if (!proa.process.isRunning) {
    findings.wrongInTheEnd(`Proa ended: ${proa.process.output}`);
    return { findings, memory: memory.summary };
  }
  if (!memory.isFlat && options.seconds >= MEMORY_JUDGED_FROM_SECONDS) {
    findings.wrongInTheEnd(`the memory grew: ${memory.summary}`);
  }
  options.onProgress('the clients are gone: looking at what is left');
  await checkNothingIsLeft(proa, idleFiles, findings);
  await checkEnd(proa, accessLogPath, findings);
  return { findings, memory: memory.summary };
}

async function live(run: Http2SoakRun, choices: Choices): Promise<void> {
  while (!run.isOver()) {
    await run.pace.turn();
    if (run.isOver()) return;
    const name = choices.weighted(http2BehaviourWeights);
    run.findings.tally(`behaviour ${name}`);
    try {
      await http2Behaviours[name](run, choices);
    } catch (error) {
      run.findings.wrong(`${name} threw ${(error as Error).stack}`);
    }
  }
}

function bootstrapFor(
  protocol: Http2SoakUpstream,
  upstreamPort: number,
  accessLogPath: string,
): JsonObject {
  const explicit: JsonObject =
    protocol === 'h2'
      ? { http2_protocol_options: {} }
      : { http_protocol_options: { enable_trailers: true } };
  return bootstrapOf(
    [
      httpListener({
        name: 'soak',
        at: 0,
        routes: [
          routeTo('upstream', '/hurried/', { timeout: '0.4s' }),
          routeTo('upstream', '/', { timeout: '30s' }),
        ],
        manager: {
          common_http_protocol_options: { idle_timeout: '4s', max_connection_duration: '10s' },
          drain_timeout: '0.5s',
          stream_idle_timeout: '5s',
          delayed_close_timeout: '0.5s',
          access_log: [
            fileAccessLog(accessLogPath, {
              request: '%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%',
              status: '%RESPONSE_CODE%',
              flags: '%RESPONSE_FLAGS%',
              details: '%RESPONSE_CODE_DETAILS%',
            }),
          ],
        },
        // Small, so that slow readers are felt.
        listener: { per_connection_buffer_limit_bytes: 65_536 },
      }),
    ],
    [
      staticCluster('upstream', upstreamPort, {
        per_connection_buffer_limit_bytes: 65_536,
        typed_extension_protocol_options: {
          'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
            '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
            // Shorter than what the run waits for in the end: then no connection is left.
            common_http_protocol_options: { idle_timeout: '2s' },
            explicit_http_config: explicit,
          },
        },
      }),
    ],
  );
}
