import t from 'tap';
import {
  requestOf,
  routeNameFor,
  streamInfo,
  tableOf,
  tableOfRoutes,
} from '../tools/route-tools.ts';

const toCluster = { route: { cluster: 'c' } };

t.test('the virtual host is the most specific one for the host', async (t) => {
  const hosts: [name: string, ...domains: string[]][] = [
    ['exact', 'www.foo.com', 'FOO.com'],
    ['long suffix', '*-bar.foo.com'],
    ['suffix', '*.foo.com'],
    ['prefix', 'foo.*', 'foo-*'],
    ['long prefix', 'foo.bar.*'],
    ['any', '*'],
  ];
  const table = tableOf({
    virtualHosts: hosts.map(([name, ...domains]) => ({
      name,
      domains,
      routes: [{ name, match: { prefix: '/' }, ...toCluster }],
    })),
  });
  const cases: [host: string, expected: string][] = [
    ['www.foo.com', 'exact'],
    ['WWW.Foo.com', 'exact'],
    ['foo.com', 'exact'],
    ['x-bar.foo.com', 'long suffix'],
    ['-bar.foo.com', 'suffix'],
    ['x.FOO.com', 'suffix'],
    ['.foo.com', 'any'],
    ['foo.x', 'prefix'],
    ['foo-x', 'prefix'],
    ['foo.bar.x', 'long prefix'],
    ['foo.bar.', 'prefix'],
    ['foo.', 'any'],
    ['www.foo.com:80', 'any'],
    ['', 'any'],
  ];
  for (const [host, expected] of cases) {
    t.equal(routeNameFor(table, { host }), expected, JSON.stringify(host));
  }
});

t.test('a header can stand for the authority', async (t) => {
  const routed = (name: string) => [{ name, match: { prefix: '/' }, ...toCluster }];
  const any = { name: 'any', domains: ['*'], routes: routed('any') };
  const one = { name: 'one', domains: ['one.test'], routes: routed('one') };
  const table = tableOf({ virtualHosts: [one, any], vhostHeader: 'X-Host' });
  const nameFor = (...values: readonly string[]) =>
    routeNameFor(table, {
      host: 'one.test',
      headers: values.map((value) => ['x-host', value] as const),
    });
  t.equal(nameFor('ONE.test'), 'one');
  t.equal(nameFor('one.test:80'), 'any');
  t.equal(nameFor('two.test', 'one.test'), 'any', 'the first one counts');
  t.equal(nameFor(''), 'any');
  t.equal(nameFor(), undefined, 'without the header there is no virtual host');
  const sole = tableOf({ virtualHosts: [any], vhostHeader: 'x-host' });
  t.equal(routeNameFor(sole, {}), 'any', 'unless every request has the same one');
  const portless = tableOf({
    virtualHosts: [one],
    vhostHeader: 'x-host',
    ignorePortInHostMatching: true,
  });
  t.equal(routeNameFor(portless, { headers: [['x-host', 'one.test:80']] }), 'one');
  const byAuthority = tableOf({ virtualHosts: [one], vhostHeader: 'host' });
  t.equal(routeNameFor(byAuthority, { host: 'one.test' }), 'one');
});

t.test('the first route whose path fits is taken', async (t) => {
  const table = tableOfRoutes([
    { name: 'exact', match: { path: '/a/b' }, ...toCluster },
    { name: 'separated', match: { pathSeparatedPrefix: '/api' }, ...toCluster },
    { name: 'regex', match: { safeRegex: { regex: '/[0-9]+' } }, ...toCluster },
    { name: 'prefix', match: { prefix: '/a' }, ...toCluster },
    { name: 'never', match: { path: '/a/c' }, ...toCluster },
    { name: 'ignoring case', match: { prefix: '/Case', caseSensitive: false }, ...toCluster },
    { name: 'number', match: { prefix: '/1' }, ...toCluster },
  ]);
  const cases: [path: string, expected: string | undefined][] = [
    ['/a/b', 'exact'],
    ['/a/b?x', 'exact'],
    ['/a/b#x', 'exact'],
    ['/a/bc', 'prefix'],
    ['/a/c', 'prefix'],
    ['/api', 'separated'],
    ['/api/', 'separated'],
    ['/api?x', 'separated'],
    ['/apis', 'prefix'],
    ['/12', 'regex'],
    ['/12?/', 'regex'],
    ['/12a', 'number'],
    ['/cASE/x', 'ignoring case'],
    ['/', undefined],
    ['', undefined],
  ];
  for (const [path, expected] of cases) {
    t.equal(routeNameFor(table, { path }), expected, JSON.stringify(path));
  }
});

t.test('weights share the random values out', async (t) => {
  const table = tableOfRoutes([
    {
      match: { prefix: '/' },
      route: {
        weightedClusters: {
          clusters: [
            { name: 'v1', weight: 25 },
            { name: 'v2', weight: 0 },
            { name: 'v3', weight: 75 },
          ],
        },
      },
    },
  ]);
  const counts: Record<string, number> = {};
  for (let random = 0; random < 1000; random++) {
    const action = table.match(requestOf({}), streamInfo(), random)?.action;
    const name = action?.kind === 'route' ? action.clusterName : '';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  t.strictSame(counts, { v1: 250, v3: 750 });
});
