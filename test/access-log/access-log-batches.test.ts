import t from 'tap';
import {
  type AccessLogBatch,
  AccessLogBatches,
  createLedger,
  IN_FLIGHT_LIMIT_BYTES,
  settle,
} from '#access-log/access-log-batches.ts';

function harness(ledger = createLedger()): {
  readonly batches: AccessLogBatches;
  readonly sent: AccessLogBatch[];
  readonly timers: { delayMs: number; fire: () => void }[];
  readonly ledger: SharedArrayBuffer;
  readonly dropped: () => number;
} {
  const sent: AccessLogBatch[] = [];
  const timers: { delayMs: number; fire: () => void }[] = [];
  let dropped = 0;
  const batches = new AccessLogBatches({
    post: (batch, transfer) => {
      sent.push(structuredClone(batch, { transfer: [...transfer] }));
    },
    ledger,
    onDropped: (lines) => {
      dropped += lines;
    },
    startTimer: (delayMs, fire) => timers.push({ delayMs, fire }),
  });
  return { batches, sent, timers, ledger, dropped: () => dropped };
}

function textOf(batch: AccessLogBatch | undefined): string {
  return Buffer.from(batch?.bytes ?? []).toString('latin1');
}

t.test('lines are sent together after the delay, byte for byte', (t) => {
  const { batches, sent, timers } = harness();
  const lines = batches.of({ kind: 'file', path: '/log' });
  lines.append('one \xff\n');
  lines.append('two\n');
  t.same(sent, []);
  t.same(
    timers.map(({ delayMs }) => delayMs),
    [10],
  );
  timers[0]?.fire();
  t.equal(sent.length, 1);
  t.equal(textOf(sent[0]), 'one \xff\ntwo\n');
  t.equal(sent[0]?.lines, 2);
  t.strictSame(sent[0]?.sink, { kind: 'file', path: '/log' });
  lines.append('three\n');
  t.equal(timers.length, 2, 'the next line starts the next delay');
  t.end();
});

t.test('64 KiB are sent at once', (t) => {
  const { batches, sent } = harness();
  const lines = batches.of({ kind: 'stdout' });
  const line = `${'x'.repeat(1023)}\n`;
  for (let count = 0; count < 63; count++) lines.append(line);
  t.same(sent, []);
  lines.append(line);
  t.equal(sent.length, 1);
  t.equal(sent[0]?.bytes.length, 64 * 1024);
  t.equal(sent[0]?.lines, 64);
  lines.append('y'.repeat(100_000));
  t.equal(sent[1]?.bytes.length, 100_000, 'a line is never cut');
  t.end();
});

t.test('each file has its batch, logs of one file share it', (t) => {
  const { batches, sent } = harness();
  t.equal(batches.of({ kind: 'file', path: '/a' }), batches.of({ kind: 'file', path: '/a' }));
  t.equal(batches.of({ kind: 'stdout' }), batches.of({ kind: 'file', path: '/dev/stdout' }));
  batches.of({ kind: 'file', path: '/a' }).append('a');
  batches.of({ kind: 'file', path: '/b' }).append('b');
  batches.of({ kind: 'stderr' }).append('e');
  batches.flush();
  t.same(sent.map(textOf), ['a', 'b', 'e']);
  batches.flush();
  t.equal(sent.length, 3, 'nothing is sent twice');
  t.end();
});

t.test('what the main thread does not take over is bounded, dropped and counted', (t) => {
  const { batches, sent, ledger, dropped } = harness();
  const lines = batches.of({ kind: 'stdout' });
  const line = 'z'.repeat(64 * 1024);
  const fitting = IN_FLIGHT_LIMIT_BYTES / line.length;
  for (let count = 0; count < fitting + 3; count++) lines.append(line);
  t.equal(sent.length, fitting);
  t.equal(dropped(), 3);
  settle(ledger, line.length);
  lines.append(line);
  t.equal(sent.length, fitting + 1, 'as soon as some of it is taken over, there is room');
  lines.append(line);
  t.equal(dropped(), 4);
  t.end();
});

t.test('counting goes on where the ledger has no larger number', (t) => {
  const ledger = createLedger();
  settle(ledger, 0x7fff_ff00);
  const { batches, sent, dropped } = harness(ledger);
  const lines = batches.of({ kind: 'stdout' });
  const line = 'z'.repeat(64 * 1024);
  const fitting = IN_FLIGHT_LIMIT_BYTES / line.length;
  for (let count = 0; count < fitting + 1; count++) lines.append(line);
  t.equal(sent.length, fitting);
  t.equal(dropped(), 1);
  settle(ledger, IN_FLIGHT_LIMIT_BYTES);
  lines.append(line);
  t.equal(sent.length, fitting + 1);
  t.end();
});
