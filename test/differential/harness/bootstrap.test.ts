import t from 'tap';
import { bootstrapOf, fillInText, merge, type Placement } from './bootstrap.ts';
import { named, route } from './configuration.ts';
import { respond } from './upstream-script.ts';

function placement(id: string): Placement {
  return {
    scenario: {
      name: id,
      client: [],
      upstreams: { other: respond('') },
      routes: [route({ to: 'other' })],
      clusters: { third: { alt_stat_name: named('renamed') } },
    },
    id,
    upstreamPorts: { backend: 1, other: 2, third: 3 },
    logPath: '/log',
    extraLogPaths: [],
  };
}

t.test('every scenario has its own listener, clusters and stat prefixes', async (t) => {
  const text = JSON.stringify(bootstrapOf([placement('k000'), placement('k001')]));
  for (const name of ['listener', 'ingress', 'backend', 'other', 'third', 'renamed']) {
    t.match(text, `"${name}-k000"`);
    t.match(text, `"${name}-k001"`);
  }
  t.match(text, '"port_value":2');
  t.notMatch(text, '{{');
});

t.test('placeholders are filled in', async (t) => {
  t.equal(fillInText('{{id}} {{port:other}} {{listener}}', placement('k9'), 7), 'k9 2 7');
});

t.test('objects are merged, lists replaced, undefined taken away', async (t) => {
  t.same(merge({ a: { b: 1, c: 2 }, d: [1, 2], e: 1 }, { a: { c: 3 }, d: [3], e: undefined }), {
    a: { b: 1, c: 3 },
    d: [3],
  });
});
