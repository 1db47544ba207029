import t from 'tap';
import { flagTable } from '#cli/flag-table.ts';
import { supportTable } from '#config/support/support-table.ts';
import { adminRoutes } from '#server/admin/admin-routes.ts';
import { targetTable } from '../../bench/report/report.ts';
import { judge } from '../../bench/report/verdict.ts';
import { ALL_WORKLOADS } from '../../bench/workloads/all.ts';
import { differencesDocument } from '../../scripts/differences-document.ts';
import { groups } from '../differential/groups.ts';
import { codeWords, readDocument, sectionOf, tableRows } from './markdown.ts';

const readme = readDocument('README.md');
const manifest = JSON.parse(readDocument('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

t.test('docs/differences.md says what known-differences.ts says', async (t) => {
  t.equal(
    readDocument('docs/differences.md'),
    differencesDocument(),
    'run "npm run docs:differences" after changing the list',
  );
});

t.test('the README explains every dependency', async (t) => {
  const [forRunning = '', forDevelopment = ''] = sectionOf(readme, '## Dependencies').split(
    '| for development |',
  );
  const namesIn = (text: string): string[] =>
    tableRows(text).map(([name = '']) => name.replaceAll('`', ''));
  t.strictSame(namesIn(forRunning).sort(), Object.keys(manifest.dependencies).sort());
  t.strictSame(
    namesIn(`| for development |${forDevelopment}`).sort(),
    Object.keys(manifest.devDependencies).sort(),
  );
});

t.test('every npm script that is named exists', async (t) => {
  for (const document of ['README.md', 'ARCHITECTURE.md', 'bench/README.md']) {
    for (const [, name = ''] of readDocument(document).matchAll(/npm run ([\w:-]+)/g)) {
      t.ok(Object.hasOwn(manifest.scripts, name), `${document}: npm run ${name}`);
    }
  }
});

t.test('every flag that is named exists', async (t) => {
  const known = new Set(flagTable.flatMap(({ name, short }) => [`--${name}`, `-${short}`]));
  const rows = tableRows(sectionOf(readme, '## Run your own configuration'));
  t.ok(rows.length > 5);
  for (const flag of codeWords(rows.map(([cell]) => cell).join(' '))) t.ok(known.has(flag), flag);
});

t.test('every admin page that is named exists, with POST where it is needed', async (t) => {
  const rows = tableRows(sectionOf(readme, '## Operate it')).map(([cell = '']) => cell);
  const shown = rows.map((cell) => /^`(POST )?(\/\S*)`$/.exec(cell)).filter((row) => row !== null);
  t.ok(shown.length > 10);
  for (const [, post, path = ''] of shown) {
    const route = adminRoutes.find((each) => each.path === path);
    t.equal(route?.mutatesState, post !== undefined, path);
  }
});

t.test('the table of the benchmark is the one that the benchmark prints', async (t) => {
  const [, block] = /^<!-- bench:begin -->\n([\s\S]*)^<!-- bench:end -->$/m.exec(readme) ?? [];
  t.equal(readme.split('<!-- bench:').length, 3);
  t.match(block, /npm run bench/, 'with its command');
  const printed = targetTable(ALL_WORKLOADS.flatMap((workload) => judge(workload, [])));
  const rows = new Set(printed.map(([what]) => what));
  for (const [what = ''] of tableRows(block ?? '')) t.ok(rows.has(what), what);
});

t.test('the README does not boast of scenarios', async (t) => {
  t.match(readme, /more than a thousand scenarios/);
  t.ok(groups.reduce((count, group) => count + group.scenarios.length, 0) > 1000);
});

t.test('what the README says is not there yet is refused, or warned about', async (t) => {
  const text = sectionOf(readme, '### What is not there yet').replaceAll('\n', ' ');
  const manager =
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
  for (const [what, message, field] of [
    ['HTTP/3', manager, 'http3_protocol_options'],
    ['(xDS)', 'envoy.config.bootstrap.v3.Bootstrap', 'dynamic_resources'],
    ['tracing', manager, 'tracing'],
    ['retries', 'envoy.config.route.v3.RouteAction', 'retry_policy'],
    ['health checks', 'envoy.config.cluster.v3.Cluster', 'health_checks'],
    ['outlier detection', 'envoy.config.cluster.v3.Cluster', 'outlier_detection'],
    ['statistics sinks', 'envoy.config.bootstrap.v3.Bootstrap', 'stats_sinks'],
  ] as const) {
    t.ok(text.includes(what), what);
    const support = supportTable[message]?.[field];
    t.ok(support === undefined || Object.hasOwn(Object(support), 'warned'), `${what}: ${field}`);
  }
  for (const [what, message] of [
    ['TLS', 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'],
    ['TLS', 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'],
    ['TCP proxying', 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'],
  ] as const) {
    t.ok(text.includes(what), what);
    t.notOk(Object.hasOwn(supportTable, message), message);
  }
  t.match(text, /most HTTP filters/);
});

t.test('the README names every HTTP filter', async (t) => {
  const row = /^\| HTTP filters \| (.*) \| all others \|$/m.exec(readme)?.[1] ?? '';
  const filters = Object.keys(supportTable).flatMap((name) => {
    const found = /^envoy\.extensions\.filters\.http\.(\w+)\.v3\./.exec(name);
    return found ? [found[1] as string] : [];
  });
  const words = {
    router: 'router',
    grpc_stats: 'gRPC statistics',
    grpc_web: 'gRPC-Web',
    grpc_http1_bridge: 'bridge from HTTP/1.1 to gRPC',
    header_mutation: 'header mutation',
    buffer: 'buffer',
  };
  t.strictSame([...new Set(filters)].sort(), Object.keys(words).sort());
  for (const word of Object.values(words)) t.ok(row.includes(word), word);
});
