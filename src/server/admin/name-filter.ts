import { ok, type Result } from '#base/result.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegex } from '#matching/parse-regex.ts';
import { SafeRegex } from '#matching/safe-regex.ts';

/** Whether a full name is wanted. */
export type NameFilter = (name: string) => boolean;

/** Reads a pattern in RE2's syntax that may match anywhere in a name. */
export function parseNameFilter(pattern: string): Result<NameFilter, string> {
  const parsed = parseRegex(pattern);
  if (!parsed.ok) return parsed;
  return parseFullNameFilter(`.*(?:${pattern}).*`);
}

/** Reads a pattern that must match a whole name. */
export function parseFullNameFilter(pattern: string): Result<NameFilter, string> {
  const parsed = parseRegex(pattern);
  if (!parsed.ok) return parsed;
  const regex = new SafeRegex(parsed.value);
  return ok((name) => regex.fullMatch(byteStringOf(name)));
}
