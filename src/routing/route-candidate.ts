import type { RequestHeaders } from '#http/request-headers.ts';
import type { Ordered } from '#routing/path-index.ts';
import type { PathTest } from '#routing/path-test.ts';
import type { Route } from '#routing/route.ts';
import type { Condition } from '#routing/route-conditions.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** Chooses among what a route may lead to; nothing where it leads nowhere this time. */
export type RouteChoice = (headers: RequestHeaders, random: number) => Route | undefined;

/** A route of a virtual host as the matcher sees it. */
export class RouteCandidate implements Ordered {
  readonly order: number;
  readonly isUnconditional: boolean;
  readonly choose: RouteChoice;
  readonly #pathTest: PathTest | undefined;
  readonly #conditions: readonly Condition[];

  /** Without a path test it is for the index to find the candidates whose path fits. */
  constructor(
    order: number,
    pathTest: PathTest | undefined,
    conditions: readonly Condition[],
    choose: RouteChoice,
  ) {
    this.order = order;
    this.isUnconditional = pathTest === undefined && conditions.length === 0;
    this.choose = choose;
    this.#pathTest = pathTest;
    this.#conditions = conditions;
  }

  /** Whether a request fits; `pathEnd`: the length of its path without what is ignored of it. */
  fits(headers: RequestHeaders, pathEnd: number, info: StreamInfo, random: number): boolean {
    const pathTest = this.#pathTest;
    if (pathTest !== undefined && !pathTest(headers.path.substring(0, pathEnd), headers)) {
      return false;
    }
    const conditions = this.#conditions;
    for (let index = 0; index < conditions.length; index++) {
      if (!(conditions[index] as Condition)(headers, info, random)) return false;
    }
    return true;
  }
}
