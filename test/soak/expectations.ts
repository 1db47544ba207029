import type { Target } from './body.ts';
import type { Outcome } from './client-connection.ts';
import { DIRECT_BODY } from './soak-bootstrap.ts';

interface Expectation {
  readonly statuses: readonly number[];
  /** Whether the answer may end, or must end, before its time. */
  readonly breaks: 'never' | 'maybe' | 'always';
}

const complete = (...statuses: number[]): Expectation => ({ statuses, breaks: 'never' });

const BY_KIND: Readonly<Record<string, Expectation>> = {
  failing: complete(500),
  empty: complete(204),
  unchanged: complete(304),
  truncated: { statuses: [200], breaks: 'always' },
  // The reset may overtake the head.
  reset: { statuses: [200, 503], breaks: 'maybe' },
  refusing: complete(503),
  nonsense: complete(502),
  silent: complete(504),
  // The answer may find the client still sending.
  hasty: { statuses: [200], breaks: 'maybe' },
};

/** What is wrong with the outcome of a request that the client waited for to its end; nothing when all is right. */
export function judge(target: Target, outcome: Outcome, method: string): string | undefined {
  const expected = expectationOf(target);
  if (outcome.kind === 'none') {
    return target.kind === 'hasty' ? undefined : 'the connection ended without an answer';
  }
  const { status } = outcome.head;
  if (!expected.statuses.includes(status)) return `status ${status}`;
  if (outcome.kind === 'broken') return expected.breaks === 'never' ? 'a broken answer' : undefined;
  if (expected.breaks === 'always' && status === 200) return 'a whole answer from half of one';
  if (target.route === 'direct' && outcome.text !== (method === 'HEAD' ? '' : DIRECT_BODY)) {
    return `the body ${outcome.text}`;
  }
  if (target.route === 'moved') {
    const location = outcome.head.headers.get('location');
    const wanted = `http://soak.test/weighted/${target.kind}/${target.length}/${target.id}`;
    return location === wanted ? undefined : `the location ${location}`;
  }
  return undefined;
}

function expectationOf({ route, kind }: Target): Expectation {
  if (route === 'direct') return complete(203);
  if (route === 'moved') return complete(301);
  if (route === 'dead') return complete(503);
  const { statuses, breaks } = BY_KIND[kind] ?? complete(200);
  // Circuit breakers, and connections that end in the moment when they are used.
  const isUnsure = route === 'limited' || route === 'restless';
  return { statuses: isUnsure ? [...statuses, 503] : statuses, breaks };
}
