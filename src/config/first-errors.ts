import type { ConfigError } from '#config/config-error.ts';

/**
 * Keeps, of errors that were found one pass after the other, those that are not a consequence: once
 * a value is reported, what later passes say about it or about what is in it adds nothing. Paths
 * that are `settled` count as reported from the start.
 */
export function firstErrors(
  passes: readonly (readonly ConfigError[])[],
  settled: Iterable<string> = [],
): ConfigError[] {
  const kept: ConfigError[] = [];
  const reported = new Set(settled);
  for (const errors of passes) {
    const fresh = errors.filter(({ path }) => !isReported(path, reported));
    kept.push(...fresh);
    for (const { path } of fresh) reported.add(path);
  }
  return kept;
}

function isReported(path: string, reported: ReadonlySet<string>): boolean {
  if (reported.size === 0) return false;
  if (path === '' || reported.has(path)) return reported.has(path);
  for (let at = 1; at < path.length; at += 1) {
    const character = path[at];
    if ((character === '.' || character === '[') && reported.has(path.slice(0, at))) return true;
  }
  return false;
}
