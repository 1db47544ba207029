import type { RequestHeaders } from '#http/header-map.ts';
import { asciiLowerCase } from '#matching/byte-string.ts';
import { SafeRegex } from '#matching/safe-regex.ts';
import { UriTemplate } from '#matching/uri-template.ts';
import type { Ordered } from '#routing/path-index.ts';
import type { Route } from '#routing/route.ts';
import type { Condition } from '#routing/route-conditions.ts';
import type { PathMatchConfig } from '#routing/route-config.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** Chooses among what a route may lead to; nothing where it leads nowhere this time. */
export type RouteChoice = (headers: RequestHeaders, random: number) => Route | undefined;

/** A route of a virtual host as the matcher sees it. */
export class RouteCandidate implements Ordered {
  readonly order: number;
  readonly isUnconditional: boolean;
  readonly choose: RouteChoice;
  readonly #conditions: readonly Condition[];

  constructor(order: number, conditions: readonly Condition[], choose: RouteChoice) {
    this.order = order;
    this.isUnconditional = conditions.length === 0;
    this.choose = choose;
    this.#conditions = conditions;
  }

  /** Whether everything but the path fits. */
  holds(headers: RequestHeaders, info: StreamInfo, random: number): boolean {
    const conditions = this.#conditions;
    for (let index = 0; index < conditions.length; index++) {
      if (!(conditions[index] as Condition)(headers, info, random)) return false;
    }
    return true;
  }
}

/** Whether a path (without its query, and its parameters if they are ignored) fits. */
export type PathTest = (path: string, headers: RequestHeaders) => boolean;

/** The test for paths that the index cannot look up; nothing for those that it can. */
export function buildUnindexedPathTest(match: PathMatchConfig): PathTest | undefined {
  switch (match.kind) {
    case 'safe_regex': {
      const regex = new SafeRegex(match.regex);
      return (path) => regex.fullMatch(path);
    }
    case 'connect_matcher':
      return (_path, headers) => headers.method === 'CONNECT';
    case 'uri_template': {
      const template = new UriTemplate(match.template);
      return (path) => template.matches(path);
    }
    default:
      return match.isCaseSensitive ? undefined : buildCaseInsensitiveTest(match.kind, match.text);
  }
}

function buildCaseInsensitiveTest(
  kind: 'path' | 'prefix' | 'path_separated_prefix',
  configured: string,
): PathTest {
  const text = asciiLowerCase(configured);
  const fits = (path: string) => asciiLowerCase(path.substring(0, text.length)) === text;
  switch (kind) {
    case 'path':
      return (path) => path.length === text.length && fits(path);
    case 'prefix':
      return fits;
    case 'path_separated_prefix':
      return (path) => fits(path) && (path.length === text.length || path[text.length] === '/');
  }
}
