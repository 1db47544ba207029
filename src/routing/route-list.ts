import type { RequestHeaders } from '#http/request-headers.ts';
import { PathIndex } from '#routing/path-index.ts';
import { pathLength } from '#routing/path-rewrite.ts';
import { pathPrefixOf } from '#routing/path-test.ts';
import type { Route } from '#routing/route.ts';
import type { RouteCandidate } from '#routing/route-candidate.ts';
import type { PathMatchConfig } from '#routing/route-config.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** A route with what it says about paths. */
export interface ListedRoute {
  readonly path: PathMatchConfig;
  readonly candidate: RouteCandidate;
}

/**
 * The routes of a virtual host: the first one that fits, in their configured order. Routes are
 * looked up by what their paths begin with; only those that begin with anything (ignored case, a
 * pattern without a literal beginning) are tried one by one, and only as long as they stand before
 * what the index found.
 */
export class RouteList {
  readonly #index = new PathIndex<RouteCandidate>();
  readonly #scanned: RouteCandidate[] = [];
  /** The only routes for CONNECT requests, which have no path. */
  readonly #pathless: RouteCandidate[] = [];
  readonly #ignoresParameters: boolean;

  constructor(routes: readonly ListedRoute[], ignoresParameters: boolean) {
    this.#ignoresParameters = ignoresParameters;
    for (const route of routes) this.#add(route);
    this.#index.seal();
  }

  find(headers: RequestHeaders, info: StreamInfo, random: number): Route | undefined {
    const { path } = headers;
    const end = this.#pathEnd(path);
    const candidates = path === '' ? this.#pathless : this.#index.find(path, end);
    const scanned = path === '' ? NONE : this.#scanned;
    let nextScanned = 0;
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index] as RouteCandidate;
      for (; nextScanned < scanned.length; nextScanned++) {
        const before = scanned[nextScanned] as RouteCandidate;
        if (before.order > candidate.order) break;
        if (before.fits(headers, end, info, random)) return before.choose(headers, random);
      }
      if (candidate.fits(headers, end, info, random)) return candidate.choose(headers, random);
    }
    for (; nextScanned < scanned.length; nextScanned++) {
      const candidate = scanned[nextScanned] as RouteCandidate;
      if (candidate.fits(headers, end, info, random)) return candidate.choose(headers, random);
    }
    return undefined;
  }

  #pathEnd(path: string): number {
    const end = pathLength(path);
    if (!this.#ignoresParameters) return end;
    const semicolon = path.indexOf(';');
    return semicolon < 0 || semicolon > end ? end : semicolon;
  }

  #add({ path, candidate }: ListedRoute): void {
    if (path.kind === 'connect_matcher') this.#pathless.push(candidate);
    const isIndexed = 'isCaseSensitive' in path && path.isCaseSensitive;
    const prefix = isIndexed ? path.text : pathPrefixOf(path);
    if (!isIndexed && prefix === '') this.#scanned.push(candidate);
    else if (path.kind === 'path') this.#index.addExact(prefix, candidate);
    else if (path.kind === 'path_separated_prefix') {
      this.#index.addExact(prefix, candidate);
      this.#index.addPrefix(`${prefix}/`, candidate);
    } else this.#index.addPrefix(prefix, candidate);
  }
}

const NONE: readonly RouteCandidate[] = [];
