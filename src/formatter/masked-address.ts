import type { Address } from '#network/address.ts';
import { cidrRange } from '#network/cidr-range.ts';

/** The range of `bits` bits that an address lies in, as CIDR text; absent for paths. */
export function maskedAddress(address: Address, bits: number): string | undefined {
  if (address.kind !== 'ip') return undefined;
  const range = cidrRange(address.host, bits);
  if (range === undefined) return undefined;
  const [first = 0] = range.words;
  const text = range.words.length === 1 ? ipv4Text(first) : ipv6Text(range.words);
  return `${text}/${range.prefixLength}`;
}

function ipv4Text(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Lower case, the longest run of zero groups shortened (RFC 5952). */
function ipv6Text(words: readonly number[]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
    start = Math.max(start, end - 1);
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}
