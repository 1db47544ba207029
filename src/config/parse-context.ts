import type { ConfigError } from '#config/config-error.ts';

/**
 * Collects everything that is wrong with a configuration while it is turned into internal types.
 *
 * Every `from-proto` function takes a context that stands at the message being read, descends with
 * `at`, reports with `error` and `warn`, and goes on, so that a user sees all errors at once.
 * Whoever started the parse looks at `errors` at the end.
 */
export class ParseContext {
  readonly path: string;
  readonly errors: ConfigError[];
  readonly warnings: ConfigError[];

  private constructor(path: string, errors: ConfigError[], warnings: ConfigError[]) {
    this.path = path;
    this.errors = errors;
    this.warnings = warnings;
  }

  static root(path = ''): ParseContext {
    return new ParseContext(path, [], []);
  }

  /** The context of a field (a snake_case name) or of a list element (an index). */
  at(segment: string | number): ParseContext {
    return new ParseContext(joinPath(this.path, segment), this.errors, this.warnings);
  }

  error(reason: string, about: { value?: string; suggestion?: string } = {}): void {
    this.errors.push({ path: this.path, reason, ...about });
  }

  /** For settings whose absence cannot change what traffic sees. */
  warn(reason: string, about: { value?: string } = {}): void {
    this.warnings.push({ path: this.path, reason, ...about });
  }
}

function joinPath(path: string, segment: string | number): string {
  if (typeof segment === 'number') return `${path}[${segment}]`;
  return path === '' ? segment : `${path}.${segment}`;
}
