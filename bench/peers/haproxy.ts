import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runToEnd } from '../machine/children.ts';
import { LOOPBACK } from '../machine/loopback.ts';
import type { FoundPeer, ProxySetup } from './peer.ts';

export async function findHaproxy(binary: string | undefined): Promise<FoundPeer> {
  if (binary === undefined) return { name: 'haproxy', missing: 'HAProxy is not installed' };
  const banner = await runToEnd({ file: binary, args: ['-v'] });
  return {
    name: 'haproxy',
    version: /version (\S+)/.exec(banner)?.[1] ?? 'unknown',
    readsBootstrap: false,
    command: async (setup, folder) => {
      const path = join(folder, 'haproxy.cfg');
      await writeFile(path, forwardingConfiguration(setup));
      return { file: binary, args: ['-db', '-f', path] };
    },
  };
}

function forwardingConfiguration(setup: ProxySetup): string {
  return `global
  nbthread 1
  maxconn 9000
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  http-reuse always
frontend ingress
  bind ${LOOPBACK}:${setup.listenPort} backlog 4096
  default_backend upstream
backend upstream
  server upstream ${LOOPBACK}:${setup.upstreamPort}${setup.upstreamProtocol === 'http2' ? ' proto h2' : ''}
`;
}
