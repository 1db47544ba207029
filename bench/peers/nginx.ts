import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runToEnd } from '../machine/children.ts';
import { LOOPBACK } from '../machine/loopback.ts';
import type { FoundPeer, ProxySetup } from './peer.ts';

export async function findNginx(binary: string | undefined): Promise<FoundPeer> {
  if (binary === undefined) return { name: 'nginx', missing: 'nginx is not installed' };
  // nginx -v writes to standard error, so the shell joins the two.
  const banner = await runToEnd({ file: 'sh', args: ['-c', '"$0" -v 2>&1', binary] });
  return {
    name: 'nginx',
    version: /nginx\/(\S+)/.exec(banner)?.[1] ?? 'unknown',
    readsBootstrap: false,
    command: async (setup, folder) => {
      const path = join(folder, 'nginx.conf');
      await writeFile(path, forwardingConfiguration(setup, folder));
      return { file: binary, args: ['-c', path, '-p', folder, '-e', 'stderr'] };
    },
  };
}

/**
 * One process without a master. Bodies stream through in both directions as they do in the other proxies:
 * no buffering of whole requests, no temporary files for responses.
 */
function forwardingConfiguration(setup: ProxySetup, folder: string): string {
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr crit;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  upstream upstream {
    server ${LOOPBACK}:${setup.upstreamPort};
    keepalive 1024;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
  }
  server {
    listen ${LOOPBACK}:${setup.listenPort} backlog=4096;
    location / {
      proxy_pass http://upstream;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
    }
  }
}
`;
}
