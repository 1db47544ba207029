import t from 'tap';
import type { StreamFilterCallbacks } from '#connection-manager/filter.ts';
import {
  UpstreamRequest,
  type UpstreamRequestOwner,
} from '#extensions/http-filters/router/upstream-request.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { Http2Client } from '../../../connection-manager/http2-client.ts';
import { ManagerHarness } from '../../../connection-manager/manager-harness.ts';
import { encodeFrame, FRAME_TYPES, SETTINGS, uint32 } from '../../../tools/http2/frames.ts';
import { PoolHarness } from '../../../upstream/pool/pool-harness.ts';

const NO_WINDOW = [[SETTINGS.INITIAL_WINDOW_SIZE, 0]] as const;

t.test('an upstream that takes little at a time does not make its request idle', async (t) => {
  const harness = new ManagerHarness({ manager: { streamIdleTimeout: '3s' } });
  const client = new Http2Client(harness);
  client.request(1, 'POST', '/');
  const stream = harness.terminal?.stream as StreamFilterCallbacks;
  const pools = new PoolHarness('HTTP/2');
  const attempt = new UpstreamRequest({} as UpstreamRequestOwner, stream, pools.pool(), undefined);
  attempt.start(stream.requestHeaders as RequestHeaders, false);
  const upstream = pools.connection().accept(NO_WINDOW);
  client.data(1, 'begin', true);
  attempt.encodeData(Buffer.from('begin'), true);
  upstream.takeSent();
  for (const byte of 'begi') {
    harness.time.advance(2900);
    t.same(client.received(), []);
    const window = encodeFrame(FRAME_TYPES.WINDOW_UPDATE, 0, 1, uint32(1));
    upstream.feed(window.toString('latin1'));
    t.equal(upstream.takeSent().slice(-1), byte);
  }
  harness.time.advance(2900);
  t.same(client.received(), []);
  harness.time.advance(200);
  t.match(client.received(), ['1 HEADERS :status: 504', '1 DATA stream timeout end']);
  t.match(harness.takeLogged(), [{ details: 'stream_idle_timeout', flags: 'SI' }]);
});
