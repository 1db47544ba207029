import { isIPv4, isIPv6 } from 'node:net';

/**
 * An IP address as numbers: one 32-bit word for IPv4, four for IPv6. An IPv4 address written as
 * IPv6 (`::ffff:10.0.0.1`) stays IPv6, as in Envoy.
 */
export type IpWords = readonly number[];

/** A block of IP addresses; plain data. */
export interface CidrRange {
  /** One word: IPv4; four words: IPv6. Bits beyond the prefix are zero. */
  readonly words: IpWords;
  /** In bits: 0 to 32 or 0 to 128. */
  readonly prefixLength: number;
}

const WORD_BITS = 32;

/** The words of an IP address in text, without brackets or zone; undefined for anything else. */
export function parseIpWords(text: string): IpWords | undefined {
  if (isIPv4(text)) return [wordOfIpv4(text)];
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return wordsOfIpv6(text);
}

/** The range that holds `address` and everything with the same first bits; undefined for a non-address. */
export function cidrRange(address: string, prefixLength: number): CidrRange | undefined {
  const words = parseIpWords(address);
  if (words === undefined) return undefined;
  const length = Math.min(prefixLength, words.length * WORD_BITS);
  return {
    words: words.map((word, index) => (word & maskOf(length - index * WORD_BITS)) >>> 0),
    prefixLength: length,
  };
}

export function cidrContains(range: CidrRange, address: IpWords): boolean {
  const { words, prefixLength } = range;
  if (words.length !== address.length) return false;
  for (let index = 0; index * WORD_BITS < prefixLength; index++) {
    const mask = maskOf(prefixLength - index * WORD_BITS);
    if ((((address[index] as number) ^ (words[index] as number)) & mask) !== 0) return false;
  }
  return true;
}

/** The leading `bits` of a word; all or none of them beyond its ends. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= WORD_BITS ? -1 : -1 << (WORD_BITS - bits);
}

function wordOfIpv4(text: string): number {
  let word = 0;
  for (const part of text.split('.')) word = word * 256 + Number(part);
  return word;
}

function wordsOfIpv6(text: string): IpWords {
  const lastColon = text.lastIndexOf(':');
  const tail = text.slice(lastColon + 1);
  let hexText = text;
  if (tail.includes('.')) {
    const word = wordOfIpv4(tail);
    hexText = `${text.slice(0, lastColon + 1)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  }
  const [head = '', rest] = hexText.split('::');
  const left = groupsOf(head);
  const right = rest === undefined ? [] : groupsOf(rest);
  const groups = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  const words: number[] = [];
  for (let index = 0; index < 8; index += 2) {
    words.push((groups[index] as number) * 0x10000 + (groups[index + 1] as number));
  }
  return words;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
