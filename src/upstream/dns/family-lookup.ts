import type { DnsLookupFamily } from '#upstream/cluster-config.ts';
import type { DnsResponse } from '#upstream/dns/dns-resolver.ts';

/** Finds a name's addresses of one family. Never rejects. */
export type LookUpFamily = (name: string, family: 4 | 6) => Promise<DnsResponse>;

/**
 * Which families are asked for, and in which order, as Envoy's `dns_lookup_family` says: AUTO prefers IPv6
 * and V4_PREFERRED IPv4, each asking for the other one only where there is none of the first; ALL asks for
 * both at once.
 */
export async function lookUpFamilies(
  lookUp: LookUpFamily,
  name: string,
  family: DnsLookupFamily,
): Promise<DnsResponse> {
  switch (family) {
    case 'V4_ONLY':
      return lookUp(name, 4);
    case 'V6_ONLY':
      return lookUp(name, 6);
    case 'AUTO':
      return lookUpInOrder(lookUp, name, [6, 4]);
    case 'V4_PREFERRED':
      return lookUpInOrder(lookUp, name, [4, 6]);
    case 'ALL':
      return merge(await Promise.all([lookUp(name, 4), lookUp(name, 6)]));
  }
}

async function lookUpInOrder(
  lookUp: LookUpFamily,
  name: string,
  [preferred, other]: readonly [4 | 6, 4 | 6],
): Promise<DnsResponse> {
  const first = await lookUp(name, preferred);
  if (first.status === 'completed' && first.addresses.length > 0) return first;
  return lookUp(name, other);
}

/** One family's answer is enough. */
function merge(responses: readonly DnsResponse[]): DnsResponse {
  const completed = responses.filter((response) => response.status === 'completed');
  const [first] = responses;
  if (completed.length === 0 && first !== undefined) return first;
  return {
    status: 'completed',
    addresses: completed.flatMap((response) => response.addresses),
  };
}
