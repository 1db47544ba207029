import fc from 'fast-check';
import t from 'tap';
import { ParseContext } from '#config/parse-context.ts';
import type { Address } from '#network/address.ts';
import { type CidrRange, cidrRange } from '#network/cidr-range.ts';
import { type FilterChainMatchConfig, MATCH_ALL } from '#network/filter-chain-config.ts';
import {
  FilterChainMatcher,
  type MatchableConnection,
  reportOverlappingChains,
} from '#network/filter-chain-match.ts';

const ip = (host: string, port: number): Address => ({ kind: 'ip', host, port });

const PLAIN: MatchableConnection = {
  localAddress: ip('10.0.0.1', 80),
  remoteAddress: ip('192.0.2.7', 4000),
  directRemoteAddress: ip('192.0.2.7', 4000),
  requestedServerName: '',
  transportProtocol: 'raw_buffer',
  applicationProtocols: [],
};

function range(text: string): CidrRange {
  const [address = '', bits = ''] = text.split('/');
  const parsed = cidrRange(address, Number(bits));
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function find(
  chains: readonly Partial<FilterChainMatchConfig>[],
  connection: Partial<MatchableConnection> = {},
): number {
  const matcher = new FilterChainMatcher(chains.map((chain) => ({ ...MATCH_ALL, ...chain })));
  return matcher.find({ ...PLAIN, ...connection });
}

t.test('each criterion alone', (t) => {
  const table: readonly (readonly [
    chain: Partial<FilterChainMatchConfig>,
    matching: Partial<MatchableConnection>,
    other: Partial<MatchableConnection>,
  ])[] = [
    [{ destinationPort: 80 }, {}, { localAddress: ip('10.0.0.1', 81) }],
    [{ prefixRanges: [range('10.0.0.0/8')] }, {}, { localAddress: ip('11.0.0.1', 80) }],
    [{ prefixRanges: [range('fd00::/8')] }, { localAddress: ip('fd00::1', 80) }, {}],
    [{ serverNames: ['a.b'] }, { requestedServerName: 'a.b' }, { requestedServerName: 'x.a.b' }],
    [{ serverNames: ['*.b'] }, { requestedServerName: 'x.a.b' }, { requestedServerName: 'b' }],
    [{ transportProtocol: 'raw_buffer' }, {}, { transportProtocol: 'tls' }],
    [{ transportProtocol: 'tls' }, { transportProtocol: 'tls' }, {}],
    [{ applicationProtocols: ['h2'] }, { applicationProtocols: ['x', 'h2'] }, {}],
    [
      { directSourcePrefixRanges: [range('192.0.2.0/24')] },
      {},
      { directRemoteAddress: ip('10.9.9.9', 1) },
    ],
    [{ sourceType: 'external' }, {}, { remoteAddress: ip('127.0.0.1', 1) }],
    [{ sourceType: 'same_ip_or_loopback' }, { remoteAddress: ip('10.0.0.1', 9) }, {}],
    [{ sourceType: 'same_ip_or_loopback' }, { remoteAddress: ip('127.0.0.1', 9) }, {}],
    [
      { sourceType: 'same_ip_or_loopback' },
      { remoteAddress: ip('::1', 9) },
      { remoteAddress: ip('127.0.0.2', 9) },
    ],
    [
      { sourceType: 'same_ip_or_loopback' },
      { remoteAddress: { kind: 'pipe', path: '/x' } },
      { remoteAddress: ip('::2', 9) },
    ],
    [{ sourcePrefixRanges: [range('192.0.2.7/32')] }, {}, { remoteAddress: ip('192.0.2.8', 1) }],
    [{ sourcePorts: [3999, 4000] }, {}, { remoteAddress: ip('192.0.2.7', 4001) }],
  ];
  for (const [chain, matching, other] of table) {
    t.equal(find([chain], matching), 0, `${JSON.stringify(chain)} matches`);
    t.equal(find([chain], other), -1, `${JSON.stringify(chain)} does not match`);
    t.equal(find([{}, chain], matching), 1, 'and is more specific than one that matches all');
    t.equal(find([{}, chain], other), 0);
  }
  t.end();
});

t.test('no chain matches where there is none', (t) => {
  t.equal(find([]), -1);
  t.equal(find([{}]), 0);
  t.end();
});

t.test('the longest prefix, the exact name, the longest wildcard, the first protocol', (t) => {
  const byPrefix = ['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/24'].map((text) => ({
    prefixRanges: [range(text)],
  }));
  t.equal(find(byPrefix), 2);
  t.equal(find(byPrefix, { localAddress: ip('10.0.9.1', 80) }), 1);
  t.equal(find(byPrefix, { localAddress: ip('11.0.9.1', 80) }), 0);
  const byName = ['*.c', '*.b.c', 'a.b.c'].map((name) => ({ serverNames: [name] }));
  t.equal(find(byName, { requestedServerName: 'a.b.c' }), 2);
  t.equal(find(byName, { requestedServerName: 'x.b.c' }), 1);
  t.equal(find(byName, { requestedServerName: 'b.c' }), 0);
  t.equal(find(byName, { requestedServerName: 'c' }), -1);
  const byProtocol = [{ applicationProtocols: ['http/1.1'] }, { applicationProtocols: ['h2'] }];
  t.equal(find(byProtocol, { applicationProtocols: ['h2', 'http/1.1'] }), 1);
  t.equal(find(byProtocol, { applicationProtocols: ['http/1.1', 'h2'] }), 0);
  t.end();
});

t.test('earlier criteria win, and nobody goes back to what they dropped', (t) => {
  const port = { destinationPort: 80, sourcePorts: [1] };
  const prefix = { prefixRanges: [range('10.0.0.1/32')] };
  t.equal(find([prefix, port]), -1, 'the port is exact, so the chain without one is out');
  t.equal(find([prefix, port], { remoteAddress: ip('192.0.2.7', 1) }), 1);
  t.equal(find([prefix, port], { localAddress: ip('10.0.0.1', 81) }), 0);
  t.end();
});

t.test('one chain may be found under several keys', (t) => {
  const chain = {
    prefixRanges: [range('10.0.0.0/8'), range('11.0.0.0/8')],
    sourcePorts: [1, 2],
  };
  for (const host of ['10.1.1.1', '11.1.1.1']) {
    for (const port of [1, 2]) {
      const connection = { localAddress: ip(host, 1), remoteAddress: ip('1.1.1.1', port) };
      t.equal(find([chain], connection), 0);
    }
  }
  t.end();
});

const chainArbitrary = fc.record({
  destinationPort: fc.constantFrom(undefined, undefined, 80, 81),
  prefixRanges: fc.subarray(['0.0.0.0/0', '10.0.0.0/8', '10.0.0.1/32'].map(range), {
    maxLength: 2,
  }),
  serverNames: fc.subarray(['a.b', '*.b'], { maxLength: 2 }),
  transportProtocol: fc.constantFrom('', 'raw_buffer', 'tls'),
  applicationProtocols: fc.subarray(['h2', 'http/1.1'], { maxLength: 1 }),
  directSourcePrefixRanges: fc.subarray([range('192.0.2.0/24')], { maxLength: 1 }),
  sourceType: fc.constantFrom('any', 'same_ip_or_loopback', 'external'),
  sourcePrefixRanges: fc.subarray([range('192.0.2.0/24'), range('127.0.0.0/8')], { maxLength: 1 }),
  sourcePorts: fc.subarray([1, 2], { maxLength: 1 }),
}) as fc.Arbitrary<FilterChainMatchConfig>;

const connectionArbitrary = fc.record({
  localAddress: fc.constantFrom(ip('10.0.0.1', 80), ip('10.0.0.2', 81), ip('11.0.0.1', 80)),
  remoteAddress: fc.constantFrom(ip('192.0.2.7', 1), ip('127.0.0.1', 2), ip('10.0.0.1', 3)),
  directRemoteAddress: fc.constantFrom(ip('192.0.2.7', 1), ip('1.1.1.1', 2)),
  requestedServerName: fc.constantFrom('', 'a.b', 'x.b'),
  transportProtocol: fc.constantFrom('raw_buffer', 'tls'),
  applicationProtocols: fc.constantFrom([], ['h2'], ['http/1.1', 'h2']),
});

t.test('what is found takes the connection by each of its criteria', (t) => {
  fc.assert(
    fc.property(
      fc.array(chainArbitrary, { maxLength: 6 }),
      connectionArbitrary,
      (chains, connection) => {
        const found = new FilterChainMatcher(chains).find(connection);
        return (
          found === -1 ||
          new FilterChainMatcher([chains[found] ?? MATCH_ALL]).find(connection) === 0
        );
      },
    ),
    { numRuns: 2000 },
  );
  t.pass('2,000 listeners');
  t.end();
});

t.test('chains that would take the same connections are reported', (t) => {
  const report = (...chains: Partial<FilterChainMatchConfig>[]): unknown => {
    const context = ParseContext.root('filter_chains');
    reportOverlappingChains(
      context,
      chains.map((chain, index) => ({ name: `chain ${index}`, match: { ...MATCH_ALL, ...chain } })),
    );
    return context.errors;
  };
  t.same(report({}, { destinationPort: 80 }), []);
  t.same(report({ destinationPort: 1 }, { destinationPort: 2 }), []);
  t.same(report({}, {}), [
    { path: 'filter_chains[1]', reason: 'takes the same connections as filter_chains[0]' },
  ]);
  t.same(report({ sourcePorts: [1, 2] }, { sourcePorts: [3] }, { sourcePorts: [2, 4] }), [
    { path: 'filter_chains[2]', reason: 'takes the same connections as filter_chains[0]' },
  ]);
  t.same(report({ prefixRanges: [range('10.0.0.0/8')] }, { prefixRanges: [range('10.9.9.9/8')] }), [
    { path: 'filter_chains[1]', reason: 'takes the same connections as filter_chains[0]' },
  ]);
  t.same(report({ sourcePorts: [1, 1] }), [], 'a key that is written twice is no conflict');
  t.end();
});
