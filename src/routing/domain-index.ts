import { asciiLowerCase } from '#matching/byte-string.ts';

const UPPER_CASE = /[A-Z]/;

interface WildcardLength<Value> {
  readonly length: number;
  readonly byText: ReadonlyMap<string, Value>;
}

/** What made a set of domains unusable (Envoy's two reasons). */
export type DomainConflict = 'second wildcard' | 'duplicate';

/**
 * Finds what belongs to a host name in Envoy's order: the exact domain, then the longest suffix
 * wildcard (`*.example.com`), then the longest prefix wildcard (`example.*`), then `*`. A lookup
 * hashes the host once for each distinct wildcard length, however many domains there are.
 */
export class DomainIndex<Value> {
  #fallback: Value | undefined = undefined;
  readonly #exact = new Map<string, Value>();
  readonly #suffixes: WildcardMap<Value> = new Map();
  readonly #prefixes: WildcardMap<Value> = new Map();
  #suffixLengths: readonly WildcardLength<Value>[] = [];
  #prefixLengths: readonly WildcardLength<Value>[] = [];
  #isFallbackAlone = true;
  /* What was found last: one client asks for one host many times, and comparing costs less than hashing. */
  #lastHost: string | undefined = undefined;
  #lastFound: Value | undefined = undefined;

  /** Adds a domain (letter case does not matter); tells why it cannot be added. */
  add(domain: string, value: Value): DomainConflict | undefined {
    const text = asciiLowerCase(domain);
    this.#lastHost = undefined;
    if (text === '*') {
      if (this.#fallback !== undefined) return 'second wildcard';
      this.#fallback = value;
      return undefined;
    }
    this.#isFallbackAlone = false;
    const map = this.#mapFor(text);
    const key = text.startsWith('*')
      ? text.slice(1)
      : text.endsWith('*')
        ? text.slice(0, -1)
        : text;
    if (map.has(key)) return 'duplicate';
    map.set(key, value);
    if (this.#suffixLengths.length !== this.#suffixes.size) {
      this.#suffixLengths = longestFirst(this.#suffixes);
    }
    if (this.#prefixLengths.length !== this.#prefixes.size) {
      this.#prefixLengths = longestFirst(this.#prefixes);
    }
    return undefined;
  }

  /** What every host finds, where `*` is the only domain. */
  get sole(): Value | undefined {
    return this.#isFallbackAlone ? this.#fallback : undefined;
  }

  /** The value for a host as it stands in the request, already without a port to be ignored. */
  find(host: string): Value | undefined {
    if (this.#isFallbackAlone) return this.#fallback;
    if (host !== this.#lastHost) {
      this.#lastFound = this.#search(host);
      this.#lastHost = host;
    }
    return this.#lastFound;
  }

  #search(host: string): Value | undefined {
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    return UPPER_CASE.test(host) ? this.#search(asciiLowerCase(host)) : this.#findWildcard(host);
  }

  #findWildcard(host: string): Value | undefined {
    // A wildcard stands for at least one character, so it never equals the host in length.
    for (const { length, byText } of this.#suffixLengths) {
      if (length >= host.length) continue;
      const found = byText.get(host.substring(host.length - length));
      if (found !== undefined) return found;
    }
    for (const { length, byText } of this.#prefixLengths) {
      if (length >= host.length) continue;
      const found = byText.get(host.substring(0, length));
      if (found !== undefined) return found;
    }
    return this.#fallback;
  }

  #mapFor(text: string): Map<string, Value> {
    if (text.startsWith('*')) return mapOfLength(this.#suffixes, text.length - 1);
    if (text.endsWith('*')) return mapOfLength(this.#prefixes, text.length - 1);
    return this.#exact;
  }
}

type WildcardMap<Value> = Map<number, Map<string, Value>>;

function mapOfLength<Value>(maps: WildcardMap<Value>, length: number): Map<string, Value> {
  let map = maps.get(length);
  if (map === undefined) {
    map = new Map();
    maps.set(length, map);
  }
  return map;
}

function longestFirst<Value>(maps: WildcardMap<Value>): readonly WildcardLength<Value>[] {
  return [...maps]
    .map(([length, byText]) => ({ length, byText }))
    .sort((left, right) => right.length - left.length);
}
