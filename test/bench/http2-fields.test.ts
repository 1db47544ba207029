import t from 'tap';
import { FieldEncoder } from '../../bench/http2/field-encoder.ts';
import { HpackDecoder } from '../tools/http2/hpack.ts';

t.test('another decoder reads what the load generator writes, request after request', async (t) => {
  const encoder = new FieldEncoder();
  const decoder = new HpackDecoder();
  for (let request = 0; request < 500; request += 1) {
    const fresh = String(request).padStart(40, '0');
    encoder.begin();
    encoder.keep(':method', 'GET');
    encoder.pass(':path', `/item/${request}`);
    encoder.keep('user-agent', 'x'.repeat(200));
    encoder.keep('sec-fetch-mode', 'navigate');
    // Enough to drive the others out of the table again and again.
    encoder.keepFresh('traceparent', fresh);
    const expected = [
      ':method: GET',
      `:path: /item/${request}`,
      `user-agent: ${'x'.repeat(200)}`,
      'sec-fetch-mode: navigate',
      `traceparent: ${fresh}`,
    ];
    const seen = decoder.decode(encoder.block);
    if (JSON.stringify(seen) !== JSON.stringify(expected))
      t.same(seen, expected, `request ${request}`);
  }
  t.ok(encoder.block.length < 100, 'what comes again is an index');
});
