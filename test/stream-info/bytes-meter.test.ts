import t from 'tap';
import { type BytesMeter, settledBytes } from '#stream-info/bytes-meter.ts';
import { StreamInfo } from '#stream-info/stream-info.ts';
import { downstream } from '../tools/formatter-context.ts';

class CountingMeter implements BytesMeter {
  wireBytesReceived = 1;
  wireBytesSent = 2;
  headerBytesReceived = 3;
  headerBytesSent = 4;
  decompressedHeaderBytesReceived = 5;
  decompressedHeaderBytesSent = 6;
}

t.test('a settled meter does not go on counting', (t) => {
  const meter = new CountingMeter();
  const settled = settledBytes(meter);
  meter.wireBytesReceived = 100;
  t.strictSame(settled, settledBytes(new CountingMeter()));
  t.end();
});

t.test('the attempts of a request count together, the last one as it goes on', (t) => {
  const info = new StreamInfo(downstream, 0, 0);
  const first = new CountingMeter();
  info.settleUpstreamBytes();
  t.equal(info.upstreamBytes, undefined);
  info.beginUpstreamBytes(first);
  info.settleUpstreamBytes();
  const second = new CountingMeter();
  info.beginUpstreamBytes(second);
  first.wireBytesSent = 1000;
  second.wireBytesSent = 20;
  t.strictSame(info.upstreamBytes && settledBytes(info.upstreamBytes), {
    wireBytesReceived: 2,
    wireBytesSent: 22,
    headerBytesReceived: 6,
    headerBytesSent: 8,
    decompressedHeaderBytesReceived: 10,
    decompressedHeaderBytesSent: 12,
  });
  t.end();
});
