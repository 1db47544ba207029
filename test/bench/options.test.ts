import t from 'tap';
import { parseOptions } from '../../bench/options.ts';
import { proaWords } from '../../bench/peers/proa.ts';

const WORKLOADS = ['plain-router', 'start'];

t.test('without options everything is measured, in five rounds', (t) => {
  t.match(parseOptions([], WORKLOADS), {
    quick: false,
    rounds: 5,
    secondsPerSample: 4,
    only: [],
    peers: ['proa', 'envoy', 'haproxy', 'nginx'],
    load: 'wrk',
  });
  t.end();
});

t.test('--quick shortens, and what is named explicitly wins over it', (t) => {
  t.match(parseOptions(['--quick'], WORKLOADS), { rounds: 2, secondsPerSample: 1 });
  t.match(parseOptions(['--quick', '--rounds', '7'], WORKLOADS), {
    rounds: 7,
    secondsPerSample: 1,
  });
  t.end();
});

t.test('lists are separated by commas', (t) => {
  const options = parseOptions(
    ['--only', 'start,plain-router', '--peers', 'proa, envoy'],
    WORKLOADS,
  );
  t.same(options.only, ['start', 'plain-router']);
  t.same(options.peers, ['proa', 'envoy']);
  t.end();
});

t.test('what is unknown is refused with what is known', (t) => {
  t.throws(() => parseOptions(['--only', 'plain'], WORKLOADS), {
    message: "--only knows plain-router, start, not 'plain'",
  });
  t.throws(() => parseOptions(['--rounds', '0'], WORKLOADS), /--rounds takes a number from 1/);
  t.throws(() => parseOptions(['--fast'], WORKLOADS), /--fast/);
  t.end();
});

t.test('a command for Proa gets the configuration where it asks for it, or at its end', (t) => {
  t.same(proaWords('node src/slice.ts FILE', '/x.yaml'), [
    process.execPath,
    'src/slice.ts',
    '/x.yaml',
  ]);
  t.same(proaWords('bin/proa', '/x.yaml'), ['bin/proa', '-c', '/x.yaml', '--concurrency', '1']);
  t.end();
});
