import type { Observation } from './observation.ts';

/** One place where two observations differ. */
export interface Difference {
  /** As in `client[0].responses[0].head`. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** What makes everything else pointless to compare. */
const OUTCOMES = ['refused', 'crashed', 'failed'] as const;

/** All places where two observations differ; only the outcome, where that is not the same. */
export function observationDifferences(expected: Observation, actual: Observation): Difference[] {
  const outcome = OUTCOMES.flatMap((key) => differences(expected[key], actual[key], key));
  return outcome.length > 0 ? outcome : differences(expected, actual);
}

/** All places where two plain JSON values differ; lists of texts are compared as a whole. */
export function differences(expected: unknown, actual: unknown, path = ''): Difference[] {
  if (isPlainList(expected) && isPlainList(actual)) {
    return JSON.stringify(expected) === JSON.stringify(actual) ? [] : [{ path, expected, actual }];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    return Array.from({ length }, (_, at) =>
      differences(expected[at], actual[at], `${path}[${at}]`),
    ).flat();
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) =>
      differences(expected[key], actual[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return Object.is(expected, actual) ? [] : [{ path, expected, actual }];
}

/** A difference for people: list by list, the lines that are only in one of them. */
export function describe(
  { path, expected, actual }: Difference,
  names: readonly [string, string],
): string {
  if (isPlainList(expected) && isPlainList(actual)) {
    const gone = expected.filter((each) => !actual.includes(each));
    const added = actual.filter((each) => !expected.includes(each));
    if (gone.length + added.length > 0) {
      const [left, right] = names;
      return [
        `    ${path}`,
        ...gone.map((each) => `      ${left} only: ${each}`),
        ...added.map((each) => `      ${right} only: ${each}`),
      ].join('\n');
    }
  }
  const [left, right] = names.map((name) => name.padEnd(6));
  return `    ${path}\n      ${left} ${show(expected)}\n      ${right} ${show(actual)}`;
}

function show(value: unknown): string {
  return value === undefined ? '(nothing)' : JSON.stringify(value);
}

function isPlainList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
