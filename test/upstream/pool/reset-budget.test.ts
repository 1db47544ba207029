import t from 'tap';
import { ResetBudget } from '#upstream/pool/reset-budget.ts';
import { PoolHarness, type TestStream } from './pool-harness.ts';

/** What servers on nghttp2 take before they end the connection, at once and for each second. */
const NGHTTP2_BURST = 1000;
const NGHTTP2_RATE = 33;

t.test('never lets more resets reach a server than it takes', async (t) => {
  for (const activeStreams of [1, 100, 500]) {
    const budget = new ResetBudget(0);
    let resets = 1;
    while (budget.spend(activeStreams, 0)) resets++;
    // When it says no, all that are left may still be reset.
    const total = resets + activeStreams - 1;
    t.ok(total > NGHTTP2_BURST / 2 && total < NGHTTP2_BURST, `${total} with ${activeStreams}`);
  }
});

t.test('lets as many go on for ever as a server takes for ever', async (t) => {
  const lasts = (perSecond: number): boolean => {
    const budget = new ResetBudget(0);
    for (let count = 1; count < perSecond * 600; count++) {
      if (!budget.spend(10, (count / perSecond) * 1000)) return false;
    }
    return true;
  };
  t.equal(lasts(NGHTTP2_RATE - 5), true);
  t.equal(lasts(NGHTTP2_RATE * 2), false);
});

t.test('a connection on which too much was reset ends after its streams', async (t) => {
  const harness = new PoolHarness('HTTP/2');
  const lasting = harness.start();
  const connection = harness.connection().accept();
  const cancel = (stream: TestStream): void => stream.encoder?.resetStream('localReset');
  for (let count = 0; count < NGHTTP2_BURST; count++) cancel(harness.start());
  t.equal(harness.made.length, 2, 'a few more streams go to another one');
  harness.connection(1).accept();
  t.same(lasting.events, ['ready HTTP/2']);
  connection.answer(0);
  t.same(lasting.events, ['ready HTTP/2', '200 end'], 'nobody else is harmed');
});
