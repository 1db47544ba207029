import { Agent } from 'node:http';
import type { Test } from 'tap';
import { ask } from '../tools/http-client.ts';
import { bytesOf, type Echo, sha1Of } from './echo-upstream.ts';

const LENGTHS = [0, 1, 1_000, 16_384, 16_385, 100_000, 1_500_000];
const PARALLEL = 10;
const ROUNDS = 30;

/**
 * Everything that must come through whatever chain of proxies leads from the port to the echoing
 * upstream: bodies of both framings and of many sizes, both ways, one after the other on one
 * connection, and many at once.
 */
export async function battery(t: Test, port: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: PARALLEL });
  t.teardown(() => agent.destroy());
  for (const length of LENGTHS) {
    for (const kind of ['bytes', 'chunked']) {
      const { status, body } = await ask({ port, path: `/${kind}/${length}`, agent });
      const isRight = status === 200 && bytesOf(length).equals(Buffer.from(body, 'latin1'));
      t.ok(isRight, `${kind} ${length}: ${status}, ${body.length} bytes`);
    }
    const framings = [{ 'content-length': String(length) }, { 'transfer-encoding': 'chunked' }];
    for (const headers of framings) {
      const body = bytesOf(length);
      const asked = await ask({ port, path: '/echo', method: 'POST', headers, body, agent });
      const echo = JSON.parse(asked.body) as Echo;
      t.match(echo, { method: 'POST', length, sha1: sha1Of(body) }, Object.keys(headers).join());
    }
  }
  const head = await ask({ port, path: '/bytes/1000', method: 'HEAD', agent });
  t.match(head, { status: 200, body: '', headers: { 'content-length': '1000' } });
  for (const status of [204, 304, 404, 500]) {
    t.match(await ask({ port, path: `/status/${status}`, agent }), { status, body: '' });
  }
  t.match(await ask({ port, path: '/last', agent }), { status: 200, body: 'the last one' });

  const wrong: string[] = [];
  const ask30 = async (client: number): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      const length = 1 + ((client * 7_919 + round * 104_729) % 40_000);
      const path = `/${round % 2 === 0 ? 'bytes' : 'chunked'}/${length}`;
      const { status, body } = await ask({ port, path, agent });
      if (status === 200 && bytesOf(length).equals(Buffer.from(body, 'latin1'))) continue;
      wrong.push(`${path}: ${status}, ${body.length} bytes`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, (_, client) => ask30(client)));
  t.strictSame(wrong, []);
}
