import {
  addressOf,
  answer,
  bootstrapOf,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { type RunningProa, startProa } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

/**
 * Proa in front of one upstream: the listener `web` as most configurations have it, the listener
 * `tolerant` for HTTP/1.0 clients and WebSockets.
 */
export async function startInFrontOf(
  t: Parameters<typeof temporaryFolder>[0],
  upstreamPort: number,
  manager: JsonObject = {},
): Promise<RunningProa> {
  const routes = [
    { match: { path: '/old' }, redirect: { path_redirect: '/echo', response_code: 'FOUND' } },
    answer(200, 'direct', '/direct'),
    routeTo('upstream'),
  ];
  const tolerant = {
    http_protocol_options: { accept_http_10: true, default_host_for_http_10: 'default.test' },
    upgrade_configs: [{ upgrade_type: 'websocket' }],
  };
  const proa = await startProa(
    bootstrapOf(
      [
        httpListener({ name: 'web', at: 0, routes, manager }),
        httpListener({ name: 'tolerant', at: 0, routes, manager: { ...tolerant, ...manager } }),
      ],
      [staticCluster('upstream', upstreamPort)],
      { admin: { address: addressOf(0) } },
    ),
    { folder: temporaryFolder(t) },
  );
  t.teardown(() => proa.process.stop());
  return proa;
}
