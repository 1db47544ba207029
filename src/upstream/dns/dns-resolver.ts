import type { DnsLookupFamily } from '#upstream/cluster-config.ts';

export interface ResolvedAddress {
  /** An IP address. */
  readonly host: string;
  /** For how long the answer holds; 0 where nobody said. */
  readonly ttlSeconds: number;
}

/** That a name does not exist, or has no addresses, is an answer: an empty one. */
export type DnsResponse =
  | { readonly status: 'completed'; readonly addresses: readonly ResolvedAddress[] }
  | { readonly status: 'failure'; readonly reason: string };

export interface DnsResolver {
  /** Never rejects. A literal address resolves to itself. */
  resolve(name: string, family: DnsLookupFamily): Promise<DnsResponse>;
}
