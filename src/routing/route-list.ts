import type { RequestHeaders } from '#http/header-map.ts';
import { PathIndex } from '#routing/path-index.ts';
import { pathLength } from '#routing/path-rewrite.ts';
import type { Route } from '#routing/route.ts';
import {
  buildUnindexedPathTest,
  type PathTest,
  type RouteCandidate,
} from '#routing/route-candidate.ts';
import type { PathMatchConfig } from '#routing/route-config.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

interface ScannedRoute {
  readonly candidate: RouteCandidate;
  readonly fitsPath: PathTest;
  /** CONNECT requests without a path are only for these. */
  readonly needsNoPath: boolean;
}

const NONE: readonly RouteCandidate[] = [];

/**
 * The routes of a virtual host: the first one that fits, in their configured order. Exact paths
 * and prefixes are looked up together in one index; only the rest (regular expressions, templates,
 * ignored case) is tried one by one, and only as long as it stands before what the index found.
 */
export class RouteList {
  readonly #index = new PathIndex<RouteCandidate>();
  readonly #scanned: ScannedRoute[] = [];
  readonly #ignoresParameters: boolean;

  constructor(
    routes: readonly { readonly path: PathMatchConfig; readonly candidate: RouteCandidate }[],
    ignoresParameters: boolean,
  ) {
    this.#ignoresParameters = ignoresParameters;
    for (const { path, candidate } of routes) this.#add(path, candidate);
    this.#index.seal();
  }

  find(headers: RequestHeaders, info: StreamInfo, random: number): Route | undefined {
    const end = this.#pathEnd(headers.path);
    const indexed = headers.path === '' ? NONE : this.#index.find(headers.path, end);
    let next = 0;
    for (let index = 0; index < indexed.length; index++) {
      const candidate = indexed[index] as RouteCandidate;
      if (next < this.#scanned.length) {
        next = this.#scan(next, candidate.order, headers, end, info, random);
        if (next < 0) return this.#chosen(-1 - next, headers, random);
      }
      if (candidate.holds(headers, info, random)) return candidate.choose(headers, random);
    }
    if (next >= this.#scanned.length) return undefined;
    next = this.#scan(next, Number.POSITIVE_INFINITY, headers, end, info, random);
    return next < 0 ? this.#chosen(-1 - next, headers, random) : undefined;
  }

  /**
   * Tries the scanned routes from `next` up to those before `order`: the place to go on from, or
   * -1 - n when the n-th fits.
   */
  #scan(
    next: number,
    order: number,
    headers: RequestHeaders,
    end: number,
    info: StreamInfo,
    random: number,
  ): number {
    const path = headers.path.substring(0, end);
    for (let index = next; index < this.#scanned.length; index++) {
      const { candidate, fitsPath, needsNoPath } = this.#scanned[index] as ScannedRoute;
      if (candidate.order > order) return index;
      if (path === '' && !needsNoPath) continue;
      if (fitsPath(path, headers) && candidate.holds(headers, info, random)) return -1 - index;
    }
    return this.#scanned.length;
  }

  #chosen(index: number, headers: RequestHeaders, random: number): Route | undefined {
    return this.#scanned[index]?.candidate.choose(headers, random);
  }

  #pathEnd(path: string): number {
    const end = pathLength(path);
    if (!this.#ignoresParameters) return end;
    const semicolon = path.indexOf(';');
    return semicolon < 0 || semicolon > end ? end : semicolon;
  }

  #add(path: PathMatchConfig, candidate: RouteCandidate): void {
    const fitsPath = buildUnindexedPathTest(path);
    if (fitsPath !== undefined) {
      const needsNoPath = path.kind === 'connect_matcher';
      this.#scanned.push({ candidate, fitsPath, needsNoPath });
    } else if (path.kind === 'prefix') {
      this.#index.addPrefix(path.text, candidate);
    } else if (path.kind === 'path') {
      this.#index.addExact(path.text, candidate);
    } else if (path.kind === 'path_separated_prefix') {
      this.#index.addExact(path.text, candidate);
      this.#index.addPrefix(`${path.text}/`, candidate);
    }
  }
}
