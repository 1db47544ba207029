import t from 'tap';
import {
  answer,
  bootstrapOf,
  httpListener,
  type JsonObject,
  routeTo,
  staticCluster,
} from '../tools/bootstrap.ts';
import { ask, keepAliveAgent } from '../tools/http-client.ts';
import { httpServer } from '../tools/http-server.ts';
import { startProa } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

t.test('1,000 clusters start, and each of them can be reached', async (t) => {
  const { port } = await httpServer(t, (request, response) => response.end(request.url));
  const names = Array.from({ length: 1_000 }, (_, index) => `cluster-${index}`);
  const routes = names.map((name) => routeTo(name, `/${name}/`));
  const clusters = names.map((name) => staticCluster(name, port));
  const proa = await startProa(
    bootstrapOf([httpListener({ name: 'web', at: 0, routes })], clusters),
    {
      folder: temporaryFolder(t),
      concurrency: 2,
    },
  );
  t.teardown(() => proa.process.stop());
  t.equal(await proa.stat('cluster_manager.active_clusters'), 1_000);
  const agent = keepAliveAgent(t);
  for (let index = 0; index < 1_000; index += 37) {
    const path = `/cluster-${index}/x`;
    t.match(await ask({ port: proa.port('web'), path, agent }), { status: 200, body: path });
    t.equal(await proa.stat(`cluster.cluster-${index}.upstream_rq_total`), 1);
  }
  t.strictSame(await proa.process.stop(), { code: 0, signal: null });
});

t.test('10,000 virtual hosts load and route, exactly and by suffix', async (t) => {
  const virtualHosts: JsonObject[] = Array.from({ length: 10_000 }, (_, index) => ({
    name: `host-${index}`,
    domains: [`host-${index}.test`, `*.host-${index}.test`],
    routes: [answer(200, `exact ${index}`, '/only'), answer(203, `host ${index}`)],
  }));
  virtualHosts.push({ name: 'others', domains: ['*'], routes: [answer(404, 'nobody')] });
  const proa = await startProa(bootstrapOf([httpListener({ name: 'web', at: 0, virtualHosts })]), {
    folder: temporaryFolder(t),
  });
  t.teardown(() => proa.process.stop());
  const agent = keepAliveAgent(t);
  const port = proa.port('web');
  const get = async (host: string, path: string): Promise<string> =>
    (await ask({ port, path, headers: { host }, agent })).body;
  for (let index = 0; index < 10_000; index += 97) {
    t.equal(await get(`host-${index}.test`, '/'), `host ${index}`);
    t.equal(await get(`deep.host-${index}.test`, '/only'), `exact ${index}`);
  }
  t.equal(await get('host-10000.test', '/'), 'nobody');
  t.strictSame(await proa.process.stop(), { code: 0, signal: null });
});
