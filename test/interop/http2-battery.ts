import type { Test } from 'tap';
import { bytesOf, type Echo, sha1Of } from './echo-upstream.ts';
import { askHttp2, http2Session } from './http2-client.ts';

const LENGTHS = [0, 1, 1_000, 16_384, 16_385, 100_000, 1_500_000];
const PARALLEL = 20;
const ROUNDS = 5;

/**
 * Everything that must come through whatever chain of proxies leads from the port to an upstream that echoes:
 * bodies of many sizes both ways, one after the other and many at once on one connection.
 */
export async function http2Battery(t: Test, port: number): Promise<void> {
  const session = await http2Session(t, port);
  for (const length of LENGTHS) {
    const { headers, body } = await askHttp2(session, { ':path': `/bytes/${length}` });
    const isRight = headers[':status'] === 200 && bytesOf(length).equals(body);
    t.ok(isRight, `${length} bytes: ${headers[':status']}, ${body.length} bytes`);
    const sent = bytesOf(length);
    const echoed = await askHttp2(session, { ':path': '/echo', ':method': 'POST' }, sent);
    const echo = JSON.parse(echoed.body.toString()) as Echo;
    t.match(echo, { method: 'POST', length, sha1: sha1Of(sent) }, `a body of ${length} bytes`);
  }
  const head = await askHttp2(session, { ':path': '/bytes/1000', ':method': 'HEAD' });
  t.match(head.headers, { ':status': 200, 'content-length': '1000' });
  for (const status of [204, 304, 404, 500]) {
    const { headers, body } = await askHttp2(session, { ':path': `/status/${status}` });
    t.match({ status: headers[':status'], length: body.length }, { status, length: 0 });
  }
  let right = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const lengths = Array.from(
      { length: PARALLEL },
      (_, at) => (at * 7_919 * (round + 1)) % 90_000,
    );
    const answers = await Promise.all(
      lengths.map((length) => askHttp2(session, { ':path': `/bytes/${length}` })),
    );
    right += answers.filter(({ body }, at) => bytesOf(lengths[at] ?? 0).equals(body)).length;
  }
  t.equal(right, PARALLEL * ROUNDS, 'many at once');
}
