import { ownCopy } from '#base/latin1.ts';
import { pseudoHeaderNames } from '#http/h2/hpack/pseudo-header.ts';
import { staticFields } from '#http/h2/hpack/static-table.ts';
import { knownHeaderNames } from '#http/known-headers.ts';

/**
 * What the encoder does with the fields of a name. `adaptive`: into the table as long as its values
 * come back. `plain`: never into the table, as its values hardly ever come back. `secret`: never
 * into the table, and no hop behind us may do so either (RFC 7541 section 7.1.3): whoever shares
 * the connection and sees its lengths could guess the value.
 */
export type Indexing = 'adaptive' | 'plain' | 'secret';

export interface NameRule {
  readonly name: string;
  /** Its place in `knownNameRules`; -1 for other names. */
  readonly number: number;
  readonly indexing: Indexing;
  /** The first static entry of this name, 0 for none. */
  readonly staticIndex: number;
  /** The values of the static entries, which follow one another. */
  readonly staticValues: readonly string[];
}

const SECRET = new Set(['authorization', 'cookie', 'proxy-authorization', 'set-cookie']);

/** Values that are fresh in nearly every message. */
const PLAIN = new Set([
  ':path',
  'age',
  'content-length',
  'content-range',
  'date',
  'etag',
  'expires',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'range',
  'referer',
  'traceparent',
  'tracestate',
  'x-b3-parentspanid',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-client-trace-id',
  'x-envoy-original-path',
  'x-envoy-upstream-service-time',
  'x-request-id',
]);

function ruleFor(name: string, number: number): NameRule {
  const first = staticFields.findIndex((field) => field.name === name);
  const staticValues = staticFields.filter((field) => field.name === name);
  return {
    name,
    number,
    indexing: SECRET.has(name) ? 'secret' : PLAIN.has(name) ? 'plain' : 'adaptive',
    staticIndex: first + 1,
    staticValues: staticValues.map((field) => field.value),
  };
}

/** The rules of the known headers by id, and behind them those of the pseudo-headers. */
export const knownNameRules: readonly NameRule[] = [...knownHeaderNames, ...pseudoHeaderNames].map(
  ruleFor,
);

/** Where the rules of pseudo-headers begin in `knownNameRules`. */
export const PSEUDO_RULES: number = knownHeaderNames.length;

const otherRules: ReadonlyMap<string, NameRule> = new Map(
  [...PLAIN, ...SECRET, ...staticFields.map((field) => field.name)].map((name) => [
    name,
    ruleFor(name, -1),
  ]),
);

/** The rule for a name that has no id. */
export function nameRuleOf(name: string): NameRule {
  const rule = otherRules.get(name);
  if (rule !== undefined) return rule;
  return {
    name: ownCopy(name),
    number: -1,
    indexing: 'adaptive',
    staticIndex: 0,
    staticValues: [],
  };
}
