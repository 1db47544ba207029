import { setFlagsFromString } from 'node:v8';

/** Backtracking steps after which V8 starts over with the engine that needs linear time. */
const BACKTRACKS_BEFORE_FALLBACK = 2_000;

/**
 * Switches on V8's regular expression engine that runs in linear time, in two ways: under the flag
 * `l` for testing that a pattern suits it, and as the fallback of the fast engine, which starts
 * over with it once it has backtracked too often. The flags hold for the whole process; importing
 * this module before the first pattern is compiled is enough.
 */
setFlagsFromString('--enable-experimental-regexp-engine');
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
setFlagsFromString(`--regexp-backtracks-before-fallback=${BACKTRACKS_BEFORE_FALLBACK}`);

/** Compiles a pattern that is certain to run in linear time; nothing where V8 cannot promise it. */
export function compileLinear(source: string, flags: '' | 'g' | 'y'): RegExp | undefined {
  try {
    new RegExp(source, `l${flags}`);
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}
