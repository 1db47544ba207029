import { BlockList, isIPv6 } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { cidrContains, cidrRange, parseIpWords } from '#network/cidr-range.ts';

t.test('addresses become words', (t) => {
  const table: readonly (readonly [text: string, words: readonly number[] | undefined])[] = [
    ['0.0.0.0', [0]],
    ['10.0.0.1', [0x0a000001]],
    ['255.255.255.255', [0xffffffff]],
    ['::', [0, 0, 0, 0]],
    ['::1', [0, 0, 0, 1]],
    ['2001:db8::8:800:200c:417a', [0x20010db8, 0, 0x00080800, 0x200c417a]],
    ['1:2:3:4:5:6:7:8', [0x10002, 0x30004, 0x50006, 0x70008]],
    ['::ffff:10.0.0.1', [0, 0, 0xffff, 0x0a000001]],
    ['fe80::', [0xfe800000, 0, 0, 0]],
    ['fe80::1%eth0', undefined],
    ['[::1]', undefined],
    ['10.0.0', undefined],
    ['example.com', undefined],
    ['', undefined],
  ];
  for (const [text, words] of table) t.same(parseIpWords(text), words, text);
  t.end();
});

t.test('a range ignores what lies behind its prefix', (t) => {
  t.strictSame(cidrRange('10.1.2.3', 8), { words: [0x0a000000], prefixLength: 8 });
  t.strictSame(cidrRange('10.1.2.3', 33), { words: [0x0a010203], prefixLength: 32 });
  t.strictSame(cidrRange('10.1.2.3', 0), { words: [0], prefixLength: 0 });
  t.strictSame(cidrRange('ffff:ffff:ffff::', 40), {
    words: [0xffffffff, 0xff000000, 0, 0],
    prefixLength: 40,
  });
  t.equal(cidrRange('nonsense', 8), undefined);
  t.end();
});

t.test('families do not mix', (t) => {
  const everyIpv6 = cidrRange('::', 0);
  const address = parseIpWords('10.0.0.1');
  t.equal(everyIpv6 && address && cidrContains(everyIpv6, address), false);
  t.end();
});

t.test('containment is what the system library says', (t) => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(address, address, fc.nat(128), (base, other, bits) => {
      const family = isIPv6(base) ? 'ipv6' : 'ipv4';
      if (isIPv6(other) !== (family === 'ipv6')) return true;
      const prefixLength = family === 'ipv4' ? bits % 33 : bits;
      const list = new BlockList();
      list.addSubnet(base, prefixLength, family);
      const range = cidrRange(base, prefixLength);
      const words = parseIpWords(other);
      if (range === undefined || words === undefined) return false;
      const near = parseIpWords(base);
      return (
        cidrContains(range, words) === list.check(other, family) &&
        near !== undefined &&
        cidrContains(range, near)
      );
    }),
    { numRuns: 1000 },
  );
  t.pass('1,000 pairs');
  t.end();
});
