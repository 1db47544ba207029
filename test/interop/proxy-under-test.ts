import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askAdmin, listenerPorts } from '../differential/harness/admin-client.ts';
import {
  addressOf,
  bootstrapOf,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { endWithMe } from '../tools/end-with-me.ts';
import { findOrInstallEnvoy } from '../tools/envoy.ts';
import { startProa } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

type Test = Parameters<typeof temporaryFolder>[0];

const START_TIMEOUT_MS = 20_000;

/** What stands between client and upstream in a test of HTTP/2. */
export interface ProxySettings {
  readonly upstreamPort: number;
  readonly upstreamProtocol: 'http1' | 'http2';
  /** Further fields of the HTTP connection manager. */
  readonly manager?: JsonObject;
  /** Further fields of the action of the only route. */
  readonly action?: JsonObject;
}

export interface RunningProxy {
  readonly port: number;
  /** The value of one counter or gauge. */
  stat(name: string): Promise<number | undefined>;
}

/**
 * The proxy that a run is about: Proa, or Envoy where the environment variable PROXY_UNDER_TEST says `envoy`,
 * which tells whether the tests themselves are right.
 */
export async function startProxyUnderTest(t: Test, settings: ProxySettings): Promise<RunningProxy> {
  if (process.env['PROXY_UNDER_TEST'] === 'envoy') return await startEnvoy(t, settings);
  const proa = await startProa(proxyBootstrap(settings), { folder: temporaryFolder(t) });
  t.teardown(() => proa.process.stop());
  return { port: proa.port('web'), stat: (name) => proa.stat(name) };
}

/** A real Envoy with the same configuration. */
export async function startEnvoy(t: Test, settings: ProxySettings): Promise<RunningProxy> {
  const binary = await findOrInstallEnvoy();
  if (binary === undefined) throw new Error('there is no Envoy');
  const folder = temporaryFolder(t);
  const [config, adminPath] = [join(folder, 'envoy.json'), join(folder, 'admin')];
  writeFileSync(config, JSON.stringify(proxyBootstrap(settings)));
  const child = spawn(
    binary,
    [
      '-c',
      config,
      '--admin-address-path',
      adminPath,
      '--concurrency',
      '1',
      '--disable-hot-restart',
      '-l',
      'error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  endWithMe(child);
  t.teardown(async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  });
  const adminPort = await untilReady(adminPath);
  const port = (await listenerPorts(adminPort)).get('web');
  if (port === undefined) throw new Error('Envoy has no listener');
  return {
    port,
    stat: async (name) => {
      const { body } = await askAdmin(adminPort, 'GET', `/stats?filter=^${name}$`);
      const value = body.split(': ')[1];
      return value === undefined ? undefined : Number(value);
    },
  };
}

function proxyBootstrap(settings: ProxySettings): JsonObject {
  const { upstreamPort, upstreamProtocol, manager = {}, action = {} } = settings;
  return bootstrapOf(
    [
      httpListener({
        name: 'web',
        at: 0,
        routes: [routeTo('upstream', '/', { timeout: '60s', ...action })],
        manager,
      }),
    ],
    [staticCluster('upstream', upstreamPort, upstreamProtocol === 'http2' ? HTTP2_CLUSTER : {})],
    { admin: { address: addressOf(0) } },
  );
}

const HTTP2_CLUSTER: JsonObject = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: { allow_connect: true } },
    },
  },
};

async function untilReady(adminPath: string): Promise<number> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const port = Number(
      (await readFile(adminPath, 'utf8').catch(() => '')).trim().split(':').at(-1),
    );
    if (port > 0) {
      const ready = await askAdmin(port, 'GET', '/ready').catch(() => undefined);
      if (ready?.status === 200) return port;
    }
    await sleep(20);
  }
  throw new Error('Envoy does not serve');
}
