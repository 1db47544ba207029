import t from 'tap';
import type { Peer, PeerName } from '../../bench/peers/peer.ts';
import type { BenchContext } from '../../bench/runner/context.ts';
import { interleave, rotated } from '../../bench/runner/interleave.ts';

function contestant(name: PeerName): { readonly peer: Peer } {
  const command = () => Promise.resolve({ file: name, args: [] });
  return { peer: { name, version: '1', readsBootstrap: false, command } };
}

function silentContext(said: string[]): BenchContext {
  const line = (text: string): void => {
    said.push(text);
  };
  const placement = {
    description: '',
    proxy: <Command>(command: Command): Command => command,
    surroundings: <Command>(command: Command): Command => command,
  };
  return {
    peers: [],
    rounds: 3,
    secondsPerSample: 1,
    warmUpSeconds: 1,
    quick: true,
    loadGenerator: { name: 'none', prepare: () => Promise.reject(new Error('unused')) },
    placement,
    nginxPath: undefined,
    folder: '',
    say: line,
    progress: () => {},
  };
}

t.test('peers take turns, and each round begins with another one', async (t) => {
  const contestants = [contestant('proa'), contestant('envoy'), contestant('nginx')];
  const samples = await interleave(silentContext([]), 3, contestants, async () => ({
    value: 1,
    invalid: undefined,
    details: {},
  }));
  t.same(
    samples.map(({ round, peer }) => `${round} ${peer}`),
    [
      '1 proa',
      '1 envoy',
      '1 nginx',
      '2 envoy',
      '2 nginx',
      '2 proa',
      '3 nginx',
      '3 proa',
      '3 envoy',
    ],
  );
});

t.test('a peer that dies costs its own samples only, and is named', async (t) => {
  const said: string[] = [];
  const contestants = [contestant('proa'), contestant('envoy')];
  const samples = await interleave(silentContext(said), 1, contestants, async ({ peer }) => {
    if (peer.name === 'proa') throw new Error('it is gone');
    return { value: 2, invalid: undefined, details: {} };
  });
  t.match(samples, [
    { peer: 'proa', invalid: 'it is gone' },
    { peer: 'envoy', invalid: undefined, value: 2 },
  ]);
  t.same(said, ['! proa: it is gone']);
});

t.test('rotating keeps all items and copes with none', (t) => {
  t.same(rotated(['a', 'b', 'c'], 4), ['b', 'c', 'a']);
  t.same(rotated([], 3), []);
  t.end();
});
