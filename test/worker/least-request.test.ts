import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import t from 'tap';
import { freePort } from '../../bench/machine/loopback.ts';
import { bootstrapOf, httpListener, routeTo } from '../tools/bootstrap.ts';
import { startProa, until } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

/** Listens and never answers. */
async function silentHost(t: { teardown: (run: () => void) => void }) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return { port, sockets };
}

t.test('two workers keep hosts level together', async (t) => {
  const hosts = [await silentHost(t), await silentHost(t)] as const;
  const sizes = () => [hosts[0].sockets.size, hosts[1].sockets.size] as const;
  const policy = 'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest';
  const cluster = {
    name: 'silent',
    connect_timeout: '5s',
    load_assignment: {
      cluster_name: 'silent',
      endpoints: [
        {
          lb_endpoints: hosts.map(({ port }) => ({
            endpoint: {
              address: { socket_address: { address: '127.0.0.1', port_value: port } },
            },
          })),
        },
      ],
    },
    load_balancing_policy: {
      policies: [
        {
          typed_extension_config: {
            name: 'least_request',
            typed_config: {
              '@type': `type.googleapis.com/${policy}`,
              selection_method: 'FULL_SCAN',
            },
          },
        },
      ],
    },
  };
  // Workers share a port that the configuration names.
  const port = await freePort();
  const listener = httpListener({
    name: 'web',
    at: port,
    routes: [routeTo('silent')],
  });
  const proa = await startProa(bootstrapOf([listener], [cluster]), {
    folder: temporaryFolder(t),
    concurrency: 2,
  });
  t.teardown(() => proa.process.stop());
  const clients: Socket[] = [];
  t.teardown(() => {
    for (const client of clients) client.destroy();
  });
  const perWorker = async (worker: number) =>
    (await proa.stat(`listener.127.0.0.1_${port}.worker_${worker}.downstream_cx_active`)) ?? 0;
  // A request that still waits for its connection is not counted, in Envoy neither.
  const active = () => proa.stat('cluster.silent.upstream_rq_active');
  // Each request is under way before the next one chooses, whichever worker that comes to.
  for (let request = 1; request <= 40; request++) {
    const client = connect(port, '127.0.0.1');
    clients.push(client.on('error', () => {}));
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const isThere = await until(
      async () => (await active()) === request && sizes()[0] + sizes()[1] === request,
    );
    if (!isThere) return t.fail(`request ${request} did not arrive`);
    if (Math.abs(sizes()[0] - sizes()[1]) > 1)
      return t.fail(`${sizes()} after ${request} requests`);
  }
  t.ok((await perWorker(0)) > 0 && (await perWorker(1)) > 0, 'both workers had a share');
  t.same(sizes(), [20, 20]);
  return undefined;
});
