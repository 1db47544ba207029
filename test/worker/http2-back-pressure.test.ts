import { once } from 'node:events';
import { type ClientHttp2Stream, connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { bootstrapOf, httpListener, routeTo, staticCluster } from '../tools/bootstrap.ts';
import { until } from '../tools/proa-process.ts';
import { InProcessWorker } from './in-process-worker.ts';
import { roughUpstream } from './rough-upstream.ts';

const STREAMS = 20;
const BIG_BYTES = 1 << 20;
const LIMIT_BYTES = 16_384;
/** What one read can bring after the limit was reached. */
const ONE_READ_BYTES = 262_144;

t.test('answers that a client does not take cost no more than their limits', async (t) => {
  const proa = await InProcessWorker.start(
    bootstrapOf(
      [
        httpListener({
          name: 'web',
          at: 0,
          routes: [routeTo('rough')],
          listener: { per_connection_buffer_limit_bytes: LIMIT_BYTES },
        }),
      ],
      [staticCluster('rough', await roughUpstream(t))],
    ),
  );
  t.teardown(() => proa.stop());
  const session = connect(`http://127.0.0.1:${proa.port('web')}`, {
    settings: { initialWindowSize: 0 },
  });
  t.teardown(() => session.destroy());
  const streams = Array.from({ length: STREAMS }, () => session.request({ ':path': '/big' }));
  await Promise.all(streams.map((stream) => once(stream, 'response')));
  const paused = 'cluster.rough.upstream_flow_control_paused_reading_total';
  t.ok(await until(() => proa.stat(paused) === STREAMS), 'every upstream is paused');
  const pending = proa.stat('http2.pending_send_bytes') ?? 0;
  t.ok(pending > STREAMS * LIMIT_BYTES, `${pending}`);
  t.ok(pending <= STREAMS * (LIMIT_BYTES + ONE_READ_BYTES), `${pending}`);

  // One that is served at once is not held up by them.
  session.settings({ initialWindowSize: 65_535 });
  const other = session.request({ ':path': '/ok' });
  const bodies = await Promise.all(
    [...streams, other].map((stream: ClientHttp2Stream) => text(stream)),
  );
  t.equal(bodies.pop(), 'fine');
  t.ok(bodies.every((body) => body.length === BIG_BYTES));
  t.equal(proa.stat('http2.pending_send_bytes'), 0);
});
