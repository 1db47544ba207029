import type { LookupAddress, RecordWithTtl } from 'node:dns';
import { isIP } from 'node:net';
import type { StatBlock } from '#stats/stat-block.ts';
import type { DnsLookupFamily } from '#upstream/cluster-config.ts';
import type { DnsResolver, DnsResponse, ResolvedAddress } from '#upstream/dns/dns-resolver.ts';
import { dnsStats } from '#upstream/dns/dns-stats.ts';
import { lookUpFamilies } from '#upstream/dns/family-lookup.ts';
import { HostsFile } from '#upstream/dns/hosts-file.ts';

const { field } = dnsStats;

/** c-ares and getaddrinfo say so when there is no such name, or no address of that family. */
const NOT_FOUND: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA', 'ENONAME']);

/** Envoy's `query_timeout_seconds` and `query_tries`. */
const RESOLVER_OPTIONS = { timeout: 5_000, tries: 4 };

/** The questions that a system resolver puts to others; tests answer them. */
export interface DnsQueries {
  /** Asks name servers; the answer tells for how long it holds. */
  query(name: string, family: 4 | 6): Promise<readonly RecordWithTtl[]>;
  /** Asks the operating system, which knows search domains and other sources than DNS. */
  lookup(name: string, family: 4 | 6): Promise<readonly LookupAddress[]>;
  /** Forgets which name servers there are, in case that was why asking them failed. */
  reinitialize(): void;
}

/**
 * Resolves names as c-ares does for Envoy: literal addresses, then the hosts file, then name servers. What
 * name servers do not know is asked of the operating system, because only that tries search domains.
 */
export class SystemDnsResolver implements DnsResolver {
  readonly #queries: DnsQueries;
  readonly #hostsFile: HostsFile;
  readonly #stats: StatBlock;

  /** Fields of `stats` are those of `dnsStats`. */
  constructor(
    stats: StatBlock,
    queries: DnsQueries = nodeQueries(),
    hostsFile: HostsFile = new HostsFile(),
  ) {
    this.#stats = stats;
    this.#queries = queries;
    this.#hostsFile = hostsFile;
  }

  async resolve(name: string, family: DnsLookupFamily): Promise<DnsResponse> {
    this.#stats.inc(field.pending_resolutions);
    const response = await lookUpFamilies(
      (one, version) => this.#lookUp(one, version),
      name,
      family,
    );
    this.#stats.dec(field.pending_resolutions);
    return response;
  }

  async #lookUp(name: string, family: 4 | 6): Promise<DnsResponse> {
    this.#stats.inc(field.resolve_total);
    const known = this.#knownAddresses(name, family);
    if (known !== undefined) return { status: 'completed', addresses: known };
    try {
      const records = await this.#queries.query(name, family);
      if (records.length > 0) {
        return {
          status: 'completed',
          addresses: records.map(({ address, ttl }) => ({ host: address, ttlSeconds: ttl })),
        };
      }
    } catch (error) {
      if (!NOT_FOUND.has(codeOf(error))) return this.#fail(error);
    }
    return this.#askSystem(name, family);
  }

  /** Undefined for a name that must be asked for. */
  #knownAddresses(name: string, family: 4 | 6): ResolvedAddress[] | undefined {
    if (isIP(name) !== 0) return forever(isIP(name) === family ? [name] : []);
    const listed = this.#hostsFile.lookup(name).filter((address) => isIP(address) === family);
    if (listed.length > 0) return forever(listed);
    /* RFC 6761 section 6.3: names of the loopback host are never asked for. */
    const isLocal = /(?:^|\.)localhost\.?$/i.test(name);
    return isLocal ? forever([family === 4 ? '127.0.0.1' : '::1']) : undefined;
  }

  async #askSystem(name: string, family: 4 | 6): Promise<DnsResponse> {
    try {
      const found = await this.#queries.lookup(name, family);
      return { status: 'completed', addresses: forever(found.map(({ address }) => address)) };
    } catch (error) {
      if (!NOT_FOUND.has(codeOf(error))) return this.#fail(error);
      this.#stats.inc(field.not_found);
      return { status: 'completed', addresses: [] };
    }
  }

  #fail(error: unknown): DnsResponse {
    const code = codeOf(error);
    this.#stats.inc(code === 'ETIMEOUT' ? field.timeouts : field.get_addr_failure);
    this.#stats.inc(field.reinits);
    this.#queries.reinitialize();
    return { status: 'failure', reason: code };
  }
}

function nodeQueries(): DnsQueries {
  const { lookup, Resolver } = process.getBuiltinModule('node:dns/promises');
  let resolver = new Resolver(RESOLVER_OPTIONS);
  return {
    reinitialize: () => {
      resolver = new Resolver(RESOLVER_OPTIONS);
    },
    query: (name, family) =>
      family === 4
        ? resolver.resolve4(name, { ttl: true })
        : resolver.resolve6(name, { ttl: true }),
    lookup: (name, family) => lookup(name, { family, all: true, order: 'verbatim' }),
  };
}

/** Addresses of which nobody says for how long they hold. */
function forever(hosts: readonly string[]): ResolvedAddress[] {
  return [...new Set(hosts)].map((host) => ({ host, ttlSeconds: 0 }));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
