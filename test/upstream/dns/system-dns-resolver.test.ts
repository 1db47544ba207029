import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { StatsStore } from '#stats/stats-store.ts';
import type { DnsLookupFamily } from '#upstream/cluster-config.ts';
import type { DnsResponse } from '#upstream/dns/dns-resolver.ts';
import { dnsStats } from '#upstream/dns/dns-stats.ts';
import { HostsFile, parseHostsFile } from '#upstream/dns/hosts-file.ts';
import { type DnsQueries, SystemDnsResolver } from '#upstream/dns/system-dns-resolver.ts';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Answers by family and name: `4 a.test`. An error is thrown. */
type Answers = Readonly<Record<string, readonly string[] | Error>>;

interface Asked {
  resolve(name: string, family: DnsLookupFamily): Promise<string[] | string>;
  readonly asked: string[];
  stat(name: keyof typeof dnsStats.field): number;
}

/** A resolver between known name servers, system and hosts file. */
function resolverOf(t: Test, records: Answers, system: Answers = {}, hosts = ''): Asked {
  const directory = mkdtempSync(join(tmpdir(), 'proa-hosts-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'hosts');
  writeFileSync(path, hosts);
  const asked: string[] = [];
  const answer = (source: string, answers: Answers, name: string, family: number) => {
    asked.push(`${source} ${family} ${name}`);
    const found = answers[`${family} ${name}`] ?? failure('ENOTFOUND');
    if (found instanceof Error) throw found;
    return found;
  };
  const queries: DnsQueries = {
    reinitialize: () => asked.push('reinitialize'),
    query: async (name, family) =>
      answer('query', records, name, family).map((address) => ({ address, ttl: 30 })),
    lookup: async (name, family) =>
      answer('lookup', system, name, family).map((address) => ({ address, family })),
  };
  const stats = new StatsStore().block(dnsStats, 'dns.cares.');
  const resolver = new SystemDnsResolver(stats, queries, new HostsFile(path));
  return {
    resolve: async (name, family) => show(await resolver.resolve(name, family)),
    asked,
    stat: (name) => stats.get(dnsStats.field[name]) + 0,
  };
}

function show(response: DnsResponse): string[] | string {
  if (response.status === 'failure') return response.reason;
  return response.addresses.map(({ host, ttlSeconds }) => `${host} ${ttlSeconds}`);
}

const both: Answers = { '4 a.test': ['10.0.0.1', '10.0.0.2'], '6 a.test': ['fd00::1'] };

t.test('each family setting asks for what Envoy asks for', async (t) => {
  const cases: readonly (readonly [DnsLookupFamily, string[]])[] = [
    ['V4_ONLY', ['10.0.0.1 30', '10.0.0.2 30']],
    ['V6_ONLY', ['fd00::1 30']],
    ['AUTO', ['fd00::1 30']],
    ['V4_PREFERRED', ['10.0.0.1 30', '10.0.0.2 30']],
    ['ALL', ['10.0.0.1 30', '10.0.0.2 30', 'fd00::1 30']],
  ];
  for (const [family, expected] of cases) {
    t.same(await resolverOf(t, both).resolve('a.test', family), expected, family);
  }
});

t.test('the other family is taken where the preferred one has nothing or fails', async (t) => {
  const only4 = { '4 a.test': ['10.0.0.1'] };
  const only6 = { '6 a.test': ['fd00::1'] };
  t.same(await resolverOf(t, only4).resolve('a.test', 'AUTO'), ['10.0.0.1 30']);
  t.same(await resolverOf(t, only6).resolve('a.test', 'V4_PREFERRED'), ['fd00::1 30']);
  t.same(await resolverOf(t, only4).resolve('a.test', 'ALL'), ['10.0.0.1 30']);
  const failing6 = { ...only4, '6 a.test': failure('ESERVFAIL') };
  t.same(await resolverOf(t, failing6).resolve('a.test', 'AUTO'), ['10.0.0.1 30']);
  t.same(await resolverOf(t, failing6).resolve('a.test', 'ALL'), ['10.0.0.1 30']);
});

t.test('a name that nobody knows has no addresses, which is an answer', async (t) => {
  const resolver = resolverOf(t, {});
  t.same(await resolver.resolve('a.test', 'V4_ONLY'), []);
  t.same(resolver.asked, ['query 4 a.test', 'lookup 4 a.test']);
  t.equal(resolver.stat('not_found'), 1);
  t.equal(resolver.stat('resolve_total'), 1);
  t.equal(resolver.stat('pending_resolutions'), 0);
});

t.test('a failure of the name servers is a failure', async (t) => {
  const resolver = resolverOf(t, { '4 a.test': failure('ESERVFAIL') });
  t.equal(await resolver.resolve('a.test', 'V4_ONLY'), 'ESERVFAIL');
  t.same(resolver.asked, ['query 4 a.test', 'reinitialize']);
  t.equal(resolver.stat('reinits'), 1);
  t.equal(resolver.stat('get_addr_failure'), 1);
  const slow = resolverOf(t, { '4 a.test': failure('ETIMEOUT') });
  t.equal(await slow.resolve('a.test', 'V4_ONLY'), 'ETIMEOUT');
  t.equal(slow.stat('timeouts'), 1);
  const all = resolverOf(t, {
    '4 a.test': failure('ESERVFAIL'),
    '6 a.test': failure('EREFUSED'),
  });
  t.equal(await all.resolve('a.test', 'ALL'), 'ESERVFAIL');
});

t.test(
  'what name servers do not know is asked of the system, with its search domains',
  async (t) => {
    const resolver = resolverOf(t, {}, { '4 details': ['10.0.0.9', '10.0.0.9'] });
    t.same(await resolver.resolve('details', 'V4_ONLY'), ['10.0.0.9 0']);
    const failing = resolverOf(t, {}, { '4 details': failure('EAI_AGAIN') });
    t.equal(await failing.resolve('details', 'V4_ONLY'), 'EAI_AGAIN');
  },
);

t.test('literal addresses resolve to themselves, in their own family only', async (t) => {
  const resolver = resolverOf(t, {});
  t.same(await resolver.resolve('10.0.0.1', 'V4_ONLY'), ['10.0.0.1 0']);
  t.same(await resolver.resolve('10.0.0.1', 'AUTO'), ['10.0.0.1 0']);
  t.same(await resolver.resolve('::1', 'V4_PREFERRED'), ['::1 0']);
  t.same(await resolver.resolve('::1', 'V4_ONLY'), []);
  t.same(resolver.asked, []);
});

t.test('the hosts file comes before name servers', async (t) => {
  const resolver = resolverOf(t, both, {}, '192.0.2.1 A.test other\n192.0.2.2 a.test\n');
  t.same(await resolver.resolve('a.test', 'V4_ONLY'), ['192.0.2.1 0', '192.0.2.2 0']);
  t.same(resolver.asked, []);
  t.same(await resolver.resolve('a.test', 'V6_ONLY'), ['fd00::1 30']);
});

t.test('names of this host are never asked for', async (t) => {
  const resolver = resolverOf(t, { '4 localhost': ['10.0.0.1'] });
  t.same(await resolver.resolve('localhost', 'V4_ONLY'), ['127.0.0.1 0']);
  t.same(await resolver.resolve('localhost', 'AUTO'), ['::1 0']);
  t.same(await resolver.resolve('app.localhost.', 'V4_ONLY'), ['127.0.0.1 0']);
  t.same(resolver.asked, []);
});

t.test('hosts files are read with comments, aliases and bad lines', async (t) => {
  const hosts = parseHostsFile(
    '# comment\n127.0.0.1\tlocalhost  loop # trailing\n\n::1 localhost\nnonsense here\n10.0.0.1\n',
  );
  t.same(Object.fromEntries(hosts), {
    localhost: ['127.0.0.1', '::1'],
    loop: ['127.0.0.1'],
  });
});

t.test('a hosts file that was changed is read again, a missing one is empty', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'proa-hosts-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'hosts');
  const hosts = new HostsFile(path);
  t.same(hosts.lookup('a'), []);
  writeFileSync(path, '10.0.0.1 a\n');
  utimesSync(path, 1, 1);
  t.same(hosts.lookup('a'), ['10.0.0.1']);
  writeFileSync(path, '10.0.0.2 a\n');
  utimesSync(path, 2, 2);
  t.same(hosts.lookup('a'), ['10.0.0.2']);
});

t.test('the real resolver knows this host', async (t) => {
  const stats = new StatsStore().block(dnsStats, 'dns.cares.');
  const response = await new SystemDnsResolver(stats).resolve('localhost', 'V4_ONLY');
  t.same(show(response), ['127.0.0.1 0']);
});
