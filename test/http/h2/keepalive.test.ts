import t from 'tap';
import { Http2ClientHarness } from './client-harness.ts';
import { statOf } from './endpoint-services.ts';
import { ACK, ping } from './frames.ts';
import { Http2ServerHarness } from './server-harness.ts';

const KEEPALIVE = {
  intervalMs: 10_000,
  timeoutMs: 2000,
  intervalJitterPercent: 0,
  connectionIdleIntervalMs: 0,
};

t.test('a peer that answers is asked again and again', async (t) => {
  const harness = new Http2ServerHarness({ connectionKeepalive: KEEPALIVE });
  for (let round = 0; round < 3; round++) {
    harness.time.advance(9500);
    t.same(harness.frames(), []);
    harness.time.advance(600);
    t.match(harness.frames(), [/^PING /]);
    harness.time.advance(1500);
    harness.feed(ping('whatever', ACK));
  }
  t.same(harness.errors, []);
});

t.test('a peer that does not answer is gone', async (t) => {
  const harness = new Http2ServerHarness({ connectionKeepalive: KEEPALIVE });
  harness.time.advance(12_200);
  t.same(harness.errors, ['keepalive timeout']);
  t.equal(statOf(harness.stats, 'keepalive_timeout'), 1);
  harness.transport.close();
  t.equal(harness.time.timers.size, 0);
});

t.test('whatever arrives shows that the peer is there', async (t) => {
  const harness = new Http2ServerHarness({ connectionKeepalive: KEEPALIVE });
  harness.time.advance(10_100);
  for (let round = 0; round < 5; round++) {
    harness.time.advance(1500);
    harness.feed(ping());
  }
  t.same(harness.errors, []);
  harness.time.advance(2100);
  t.same(harness.errors, ['keepalive timeout']);
});

t.test('intervals differ by the jitter', async (t) => {
  const keepalive = { ...KEEPALIVE, intervalJitterPercent: 50 };
  const firstPings = new Set<number>();
  const harness = new Http2ServerHarness({ connectionKeepalive: keepalive });
  for (let round = 0; round < 10; round++) {
    let waitedMs = 0;
    while (harness.frames().length === 0 && waitedMs < 20_000) {
      harness.time.advance(100);
      waitedMs += 100;
    }
    t.ok(waitedMs >= 10_000 && waitedMs <= 15_200, `${waitedMs} ms`);
    firstPings.add(waitedMs);
    harness.feed(ping('whatever', ACK));
  }
  t.ok(firstPings.size > 1);
});

t.test('a client asks before a stream after a long silence', async (t) => {
  const keepalive = { ...KEEPALIVE, intervalMs: 0, connectionIdleIntervalMs: 5000 };
  const harness = new Http2ClientHarness({ connectionKeepalive: keepalive });
  harness.time.advance(4000);
  harness.ask();
  t.match(harness.frames(), [/^HEADERS 1 /]);
  harness.time.advance(1500);
  harness.ask();
  t.match(harness.frames(), [/^PING /, /^HEADERS 3 /]);
  harness.ask();
  t.match(harness.frames(), [/^HEADERS 5 /]);
  harness.time.advance(2100);
  t.same(harness.events, ['keepalive timeout']);
});
