import { closest, distance } from 'fastest-levenshtein';
import { type FlagSpec, flagTable } from '#cli/flag-table.ts';

/** One thing that is wrong with the command line. */
export interface FlagError {
  /** The argument or flag, as the user knows it: `--mode`. */
  readonly flag: string;
  readonly reason: string;
  readonly suggestion?: string;
}

/** One flag of the command line with its text, not yet read; switches have none. */
export interface FlagToken {
  readonly spec: FlagSpec;
  readonly text: string;
}

const byArgument: ReadonlyMap<string, FlagSpec> = new Map(
  flagTable.flatMap((spec): [string, FlagSpec][] => {
    const long: [string, FlagSpec] = [`--${spec.name}`, spec];
    return spec.short === undefined ? [long] : [long, [`-${spec.short}`, spec]];
  }),
);

/**
 * Cuts the command line into flags: `--flag value`, `--flag=value`, and nothing after `--`.
 * As in Envoy, the argument after a flag that wants a value is that value, whatever it looks
 * like, and no flag may be given twice. `--help`, `--version` and `--hot-restart-version` end
 * the cutting, unless something was wrong before.
 */
export function tokenize(argv: readonly string[]): {
  readonly tokens: readonly FlagToken[];
  readonly errors: readonly FlagError[];
} {
  const tokens: FlagToken[] = [];
  const errors: FlagError[] = [];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] as string;
    if (argument === '--') break;
    const equals = argument.startsWith('-') ? argument.indexOf('=') : -1;
    const name = equals < 0 ? argument : argument.slice(0, equals);
    const inline = equals < 0 ? undefined : argument.slice(equals + 1);
    const spec = byArgument.get(name);
    if (spec === undefined) {
      const next = argv[index + 1];
      // The value of a misspelt flag would only be a second complaint about the same mistake.
      const takesNext = inline === undefined && wantsValue(name) && next !== undefined;
      if (takesNext && !next.startsWith('-')) index++;
      errors.push(unknownArgument(name));
      continue;
    }
    let value = inline;
    if (spec.value.kind === 'switch') {
      if (inline !== undefined) errors.push({ flag: name, reason: 'takes no value' });
      value = '';
    } else if (value === undefined) {
      value = argv[++index];
    }
    if (value === undefined) errors.push({ flag: name, reason: 'needs a value' });
    else if (tokens.some((token) => token.spec === spec)) {
      errors.push({ flag: `--${spec.name}`, reason: 'is given more than once' });
    } else tokens.push({ spec, text: value });
    if (endsTheCommandLine.has(spec.name) && errors.length === 0) break;
  }
  return { tokens, errors };
}

const endsTheCommandLine: ReadonlySet<string> = new Set(['help', 'version', 'hot-restart-version']);

/**
 * What the user may have meant: at most a third of the letters differ, or the user knows only the
 * beginning (`--drain-time`, `val`).
 */
export function suggest(written: string, candidates: readonly string[]): string | undefined {
  if (written === '' || candidates.length === 0) return undefined;
  const nearest = closest(written, candidates as string[]);
  const limit = Math.max(1, Math.floor(Math.max(written.length, nearest.length) / 3));
  if (distance(written, nearest) <= limit) return nearest;
  if (written.length < 3) return undefined;
  return candidates.find((candidate) => candidate.startsWith(written));
}

function unknownArgument(argument: string): FlagError {
  const isFlag = argument.startsWith('-') && argument !== '-';
  const reason = isFlag ? 'unknown flag' : 'unexpected argument: every value belongs to a flag';
  const suggestion = suggestFlag(argument);
  const flag = argument === '' ? '""' : argument;
  return suggestion === undefined ? { flag, reason } : { flag, reason, suggestion };
}

function suggestFlag(argument: string): string | undefined {
  const bare = argument.replace(/^-+/, '').replaceAll('_', '-').toLowerCase();
  const names = flagTable.map((spec) => spec.name);
  const name = suggest(bare, names);
  return name === undefined ? undefined : `--${name}`;
}

function wantsValue(argument: string): boolean {
  const suggestion = argument.startsWith('-') ? suggestFlag(argument) : undefined;
  const spec = suggestion === undefined ? undefined : byArgument.get(suggestion);
  return spec !== undefined && spec.value.kind !== 'switch';
}
