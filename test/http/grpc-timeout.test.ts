import fc from 'fast-check';
import t from 'tap';
import { formatGrpcTimeout, parseGrpcTimeout } from '#http/grpc-timeout.ts';

t.test('every unit is understood, and parts of a millisecond count as one', async (t) => {
  t.equal(parseGrpcTimeout('2H'), 7_200_000);
  t.equal(parseGrpcTimeout('3M'), 180_000);
  t.equal(parseGrpcTimeout('4S'), 4_000);
  t.equal(parseGrpcTimeout('5m'), 5);
  t.equal(parseGrpcTimeout('6000u'), 6);
  t.equal(parseGrpcTimeout('6001u'), 7);
  t.equal(parseGrpcTimeout('1n'), 1);
  t.equal(parseGrpcTimeout('0S'), 0);
});

t.test('everything else is no timeout', async (t) => {
  for (const text of [undefined, '', '1', 'S', '1s', '-1S', '1.5S', '123456789S', '1 S', '1SS']) {
    t.equal(parseGrpcTimeout(text), undefined, String(text));
  }
});

t.test(
  'what is written has at most eight digits and is never longer than what was meant',
  async () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (timeoutMs) => {
        const text = formatGrpcTimeout(timeoutMs);
        const parsed = parseGrpcTimeout(text);
        return /^[0-9]{1,8}[HMSm]$/.test(text) && parsed !== undefined && parsed <= timeoutMs;
      }),
    );
  },
);

t.test('milliseconds are kept where they fit', async () => {
  fc.assert(
    fc.property(fc.nat(99_999_999), (timeoutMs) => {
      return parseGrpcTimeout(formatGrpcTimeout(timeoutMs)) === timeoutMs;
    }),
  );
});
