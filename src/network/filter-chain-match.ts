import type { ParseContext } from '#config/parse-context.ts';
import type { Address } from '#network/address.ts';
import { type CidrRange, cidrContains, type IpWords, parseIpWords } from '#network/cidr-range.ts';
import type { FilterChainMatchConfig } from '#network/filter-chain-config.ts';

/** What is known of a connection when its filter chain is chosen. */
export interface MatchableConnection {
  readonly localAddress: Address;
  readonly remoteAddress: Address;
  readonly directRemoteAddress: Address;
  /** Empty unless a listener filter saw a TLS ClientHello. */
  readonly requestedServerName: string;
  /** What a listener filter detected; `raw_buffer` where none did. */
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
}

/** Stands for "every connection"; the other keys of a level are more specific than it. */
const ANY = '';

/**
 * One criterion. At each, Envoy takes the most specific of the keys that fit the connection, drops
 * all chains that do not have this very key, and never comes back to them.
 */
interface Criterion {
  /** Whether the keys are address ranges. */
  readonly isByRange?: true;
  /** The keys under which a chain is filed; `[ANY]` when it does not care. */
  keysOf(match: FilterChainMatchConfig): readonly string[];
  /** The key to follow among those present. */
  choose(branch: Branch, connection: MatchableConnection): string | undefined;
}

interface Branch {
  /** Below each key the next criterion's branch; below the last one the chain's index. */
  readonly next: ReadonlyMap<string, Branch | number>;
  /** For criteria by address: the ranges of the keys, the most specific first. */
  readonly ranges: readonly { readonly key: string; readonly range: CidrRange }[];
}

const CRITERIA: readonly Criterion[] = [
  {
    keysOf: ({ destinationPort }) => [destinationPort === undefined ? ANY : `${destinationPort}`],
    choose: (branch, { localAddress }) =>
      localAddress.kind === 'ip' ? presentOrAny(branch, `${localAddress.port}`) : orAny(branch),
  },
  byRange(
    ({ prefixRanges }) => prefixRanges,
    ({ localAddress }) => localAddress,
  ),
  { keysOf: ({ serverNames }) => orAnyKey(serverNames), choose: chooseServerName },
  {
    keysOf: ({ transportProtocol }) => [transportProtocol],
    choose: (branch, { transportProtocol }) => presentOrAny(branch, transportProtocol),
  },
  {
    keysOf: ({ applicationProtocols }) => orAnyKey(applicationProtocols),
    choose: (branch, { applicationProtocols }) =>
      applicationProtocols.find((protocol) => branch.next.has(protocol)) ?? orAny(branch),
  },
  byRange(
    ({ directSourcePrefixRanges }) => directSourcePrefixRanges,
    ({ directRemoteAddress }) => directRemoteAddress,
  ),
  {
    keysOf: ({ sourceType }) => [sourceType === 'any' ? ANY : sourceType],
    choose: (branch, connection) =>
      presentOrAny(branch, isSameIpOrLoopback(connection) ? 'same_ip_or_loopback' : 'external'),
  },
  byRange(
    ({ sourcePrefixRanges }) => sourcePrefixRanges,
    ({ remoteAddress }) => remoteAddress,
  ),
  {
    keysOf: ({ sourcePorts }) => orAnyKey(sourcePorts.map(String)),
    choose: (branch, { remoteAddress }) =>
      remoteAddress.kind === 'ip' ? presentOrAny(branch, `${remoteAddress.port}`) : orAny(branch),
  },
];

/** Finds the filter chain of a connection among those of a listener. */
export class FilterChainMatcher {
  readonly #root: Branch | undefined;

  constructor(matches: readonly FilterChainMatchConfig[]) {
    this.#root = matches.length === 0 ? undefined : branchOf(matches, matches.keys().toArray(), 0);
  }

  /** The index of the chain, or -1: then it is the default chain's, or nobody's. */
  find(connection: MatchableConnection): number {
    let branch = this.#root;
    if (branch === undefined) return -1;
    for (const criterion of CRITERIA) {
      const key = criterion.choose(branch, connection);
      const next: Branch | number | undefined = key === undefined ? key : branch.next.get(key);
      if (typeof next === 'number') return next;
      if (next === undefined) return -1;
      branch = next;
    }
    return -1;
  }
}

/** Reports every two chains that would take the same connections. */
export function reportOverlappingChains(
  context: ParseContext,
  chains: readonly { readonly name: string; readonly match: FilterChainMatchConfig }[],
): void {
  const seen = new Map<string, number>();
  for (const [index, { match }] of chains.entries()) {
    for (const path of keyPathsOf(match)) {
      const other = seen.get(path);
      if (other === undefined) {
        seen.set(path, index);
      } else if (other !== index) {
        const same = `filter_chains[${other}]`;
        context.at(index).error(`takes the same connections as ${same}`);
        break;
      }
    }
  }
}

/** Every combination of keys of one chain. */
function keyPathsOf(match: FilterChainMatchConfig): readonly string[] {
  let paths = [''];
  for (const criterion of CRITERIA) {
    const keys = criterion.keysOf(match);
    paths = paths.flatMap((path) => keys.map((key) => `${path}|${key}`));
  }
  return paths;
}

function branchOf(
  matches: readonly FilterChainMatchConfig[],
  candidates: readonly number[],
  level: number,
): Branch {
  const criterion = CRITERIA[level] as Criterion;
  const indexesByKey = new Map<string, number[]>();
  for (const index of candidates) {
    for (const key of criterion.keysOf(matches[index] as FilterChainMatchConfig)) {
      const indexes = indexesByKey.get(key);
      if (indexes === undefined) indexesByKey.set(key, [index]);
      else indexes.push(index);
    }
  }
  const next = new Map<string, Branch | number>();
  for (const [key, indexes] of indexesByKey) {
    const isLast = level === CRITERIA.length - 1;
    next.set(key, isLast ? (indexes[0] as number) : branchOf(matches, indexes, level + 1));
  }
  return { next, ranges: criterion.isByRange === true ? rangesOf(next.keys()) : [] };
}

function byRange(
  rangesOfMatch: (match: FilterChainMatchConfig) => readonly CidrRange[],
  addressOf: (connection: MatchableConnection) => Address,
): Criterion {
  return {
    isByRange: true,
    keysOf: (match) => orAnyKey(rangesOfMatch(match).map(keyOfRange)),
    choose: (branch, connection) => {
      if (branch.ranges.length === 0) return orAny(branch);
      const address = addressOf(connection);
      const words = address.kind === 'ip' ? parseIpWords(address.host) : undefined;
      if (words === undefined) return orAny(branch);
      return branch.ranges.find(({ range }) => cidrContains(range, words))?.key ?? orAny(branch);
    },
  };
}

function keyOfRange(range: CidrRange): string {
  return `${range.words.join('.')}/${range.prefixLength}`;
}

/** The ranges behind the keys of an address criterion, the longest prefix first. */
function rangesOf(keys: Iterable<string>): Branch['ranges'] {
  const ranges: { key: string; range: CidrRange }[] = [];
  for (const key of keys) {
    const [words, prefixLength] = key.split('/');
    if (words === undefined || prefixLength === undefined) continue;
    const range = { words: words.split('.').map(Number), prefixLength: Number(prefixLength) };
    ranges.push({ key, range });
  }
  return ranges.sort((a, b) => b.range.prefixLength - a.range.prefixLength);
}

/** The name itself, else its longest wildcard: `*.b.c`, then `*.c` for `a.b.c`. */
function chooseServerName(branch: Branch, { requestedServerName: name }: MatchableConnection) {
  if (name === '' || branch.next.has(name)) return presentOrAny(branch, name);
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const wildcard = `*${name.slice(dot)}`;
    if (branch.next.has(wildcard)) return wildcard;
  }
  return orAny(branch);
}

function isSameIpOrLoopback({ localAddress, remoteAddress }: MatchableConnection): boolean {
  if (remoteAddress.kind === 'pipe') return true;
  if (localAddress.kind === 'ip' && localAddress.host === remoteAddress.host) return true;
  const words = parseIpWords(remoteAddress.host);
  return words !== undefined && isLoopback(words);
}

/** 127.0.0.1 and ::1 alone, as in Envoy: not the rest of 127.0.0.0/8. */
function isLoopback(words: IpWords): boolean {
  if (words.length === 1) return words[0] === 0x7f000001;
  return words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 1;
}

function presentOrAny(branch: Branch, key: string): string | undefined {
  return branch.next.has(key) ? key : orAny(branch);
}

function orAny(branch: Branch): string | undefined {
  return branch.next.has(ANY) ? ANY : undefined;
}

function orAnyKey(keys: readonly string[]): readonly string[] {
  return keys.length === 0 ? [ANY] : keys;
}
