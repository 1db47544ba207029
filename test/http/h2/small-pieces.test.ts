import t from 'tap';
import { Http2ClientHarness } from './client-harness.ts';
import { statOf } from './endpoint-services.ts';

const FRAMES_MAX = 1000;
const PIECES = 5000;

t.test('single bytes come together while an upstream is busy, and end no connection', async (t) => {
  const harness = new Http2ClientHarness({ maxOutboundFrames: FRAMES_MAX });
  const hostile = harness.ask({ ':method': 'POST' }, false);
  const other = harness.ask({ ':method': 'POST' }, false);
  harness.frames();
  harness.transport.isStuck = true;
  for (let count = 0; count < PIECES; count++) {
    hostile.encoder.encodeData(Buffer.from('x'), false);
    if (count % 100 === 0) harness.settle();
  }
  other.encoder.encodeData(Buffer.from('mine'), true);
  harness.settle();
  t.same(harness.events, []);
  t.equal(statOf(harness.stats, 'outbound_flood'), 0);
  harness.transport.isStuck = false;
  harness.transport.drain();
  const sent = harness.frames();
  t.ok(sent.length < FRAMES_MAX / 2, `${sent.length} frames`);
  t.ok(sent.includes('DATA 3 mine end'));
  t.equal(statOf(harness.stats, 'pending_send_bytes'), 0);
  hostile.encoder.encodeData(Buffer.from('!'), true);
  t.same(harness.frames(), ['DATA 1 ! end'], 'afterwards all goes on as before');
});
