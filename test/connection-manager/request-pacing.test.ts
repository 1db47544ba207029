import t from 'tap';
import type { ActiveStream } from '#connection-manager/active-stream.ts';
import { maxRequestsPerCycle, RequestPacing } from '#connection-manager/request-pacing.ts';
import { Http2Client } from './http2-client.ts';
import { ManagerHarness } from './manager-harness.ts';

const KEY = 'http.max_requests_per_io_cycle';

t.test('so many requests a turn, in their order', async (t) => {
  const served: number[] = [];
  const turns: (() => void)[] = [];
  const pacing = new RequestPacing(2, (run) => turns.push(run));
  const streams = Array.from({ length: 6 }, (_, id) => {
    const stream = { isOver: false, passOnRequest: () => served.push(id) };
    return stream as unknown as ActiveStream;
  });
  const deferred = (from: number, to: number): boolean[] =>
    streams.slice(from, to).map((stream) => pacing.defers(stream));
  pacing.beginTurn();
  t.same(deferred(0, 3), [false, false, true]);
  // A later turn does not overtake those that wait.
  pacing.beginTurn();
  t.same(deferred(3, 6), [true, true, true]);
  t.equal(turns.length, 1);
  (streams[3] as { isOver: boolean }).isOver = true;
  turns.shift()?.();
  t.same(served, [2, 4]);
  turns.shift()?.();
  t.same(served, [2, 4, 5]);
  t.equal(turns.length, 0);
  pacing.beginTurn();
  t.same(deferred(0, 3), [false, false, true]);
});

t.test('the limit is the runtime’s, and at least one', async (t) => {
  const limit = (value: number | undefined): number =>
    maxRequestsPerCycle({ getInteger: (key, fallback) => (key === KEY ? value : 0) ?? fallback });
  t.equal(limit(undefined), Number.POSITIVE_INFINITY);
  t.equal(limit(0), 1);
  t.equal(limit(7), 7);
});

t.test('what comes behind a request that waits is passed on with it', async (t) => {
  const harness = new ManagerHarness({ runtime: { [KEY]: 1 } });
  const client = new Http2Client(harness);
  client.atOnce(() => {
    client.get(1, '/1');
    client.request(3, 'POST', '/3');
    client.data(3, 'one');
    client.data(3, 'two', true);
    client.get(5, '/5');
    client.reset(5, 8);
  });
  t.same(harness.takeSeen(), ['last decodeHeaders GET /1 end', 'last onDestroy']);
  client.received();
  t.same(harness.takeSeen(), ['last decodeHeaders POST /3', 'last decodeData onetwo end']);
  t.match(harness.takeLogged(), [{ flags: 'DR' }]);
});
