import { assert } from '#base/assert.ts';
import { ok, type Result } from '#base/result.ts';
import { compileLinear } from '#matching/linear-regex-flags.ts';
import { parseRegex, SafeRegex } from '#matching/safe-regex.ts';

export type NameFilter = (name: string) => boolean;

/** Reads a pattern in RE2's syntax that may match anywhere in a name. */
export function parseNameFilter(pattern: string): Result<NameFilter, string> {
  const parsed = parseRegex(pattern);
  if (!parsed.ok) return parsed;
  const regex = compileLinear(parsed.value.source, '');
  assert(regex !== undefined, `pattern ${pattern} was not checked`);
  return ok((name) => regex.test(name));
}

/** Reads a pattern that must match a whole name; undefined when none is given. */
export function parseFullNameFilter(
  pattern: string | undefined,
): Result<NameFilter | undefined, string> {
  if (pattern === undefined) return ok(undefined);
  const parsed = parseRegex(pattern);
  if (!parsed.ok) return parsed;
  const regex = new SafeRegex(parsed.value);
  return ok((name) => regex.fullMatch(name));
}
