import fc from 'fast-check';
import t from 'tap';
import { DomainIndex } from '#routing/domain-index.ts';

const label = fc
  .array(fc.constantFrom('a', 'b', '.', '-', 'A'), { minLength: 1, maxLength: 5 })
  .map((characters) => characters.join(''));
const domain = fc.oneof(
  label,
  label.map((text) => `*${text}`),
  label.map((text) => `${text}*`),
  fc.constant('*'),
);

/** What the documentation of `VirtualHost.domains` says, word for word. */
function bestDomain(domains: readonly string[], host: string): string | undefined {
  const lower = host.toLowerCase();
  const longest = (found: string[]): string | undefined =>
    found.sort((one, other) => other.length - one.length)[0];
  const known = domains.map((one) => one.toLowerCase());
  return (
    known.find((one) => one === lower && !one.startsWith('*') && !one.endsWith('*')) ??
    longest(
      known.filter(
        (one) =>
          one.startsWith('*') &&
          one !== '*' &&
          lower.endsWith(one.slice(1)) &&
          lower.length >= one.length,
      ),
    ) ??
    longest(
      known.filter(
        (one) =>
          one.endsWith('*') &&
          !one.startsWith('*') &&
          lower.startsWith(one.slice(0, -1)) &&
          lower.length >= one.length,
      ),
    ) ??
    known.find((one) => one === '*')
  );
}

t.test('the most specific domain wins, whatever the order and the case', async () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(domain, { maxLength: 12, selector: (one) => one.toLowerCase() }),
      fc.array(label, { minLength: 5, maxLength: 5 }),
      (domains, hosts) => {
        const index = new DomainIndex<string>();
        for (const one of domains) index.add(one, one.toLowerCase());
        return hosts.every((host) => index.find(host) === bestDomain(domains, host));
      },
    ),
    { numRuns: 1_000 },
  );
});

t.test('a domain can be added once, a wildcard for all hosts once', async (t) => {
  const index = new DomainIndex<number>();
  t.equal(index.add('a.com', 1), undefined);
  t.equal(index.add('A.com', 2), 'duplicate');
  t.equal(index.add('*.a.com', 3), undefined);
  t.equal(index.add('*.A.com', 4), 'duplicate');
  t.equal(index.add('a.*', 5), undefined);
  t.equal(index.add('a.*', 6), 'duplicate');
  t.equal(index.add('*', 7), undefined);
  t.equal(index.add('*', 8), 'second wildcard');
  t.equal(index.find('a.com'), 1);
  t.equal(index.find('x.a.com'), 3);
  t.equal(index.find('other'), 7);
});
