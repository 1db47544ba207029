import type { Message } from '@bufbuild/protobuf';
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

  /** Sees every message that is unpacked from an extension, and may put another in its place. */
  readonly observeUnpacked: (message: Message) => Message;

  private constructor(
    path: string,
    parent: Pick<ParseContext, 'errors' | 'warnings' | 'observeUnpacked'>,
  ) {
    this.path = path;
    this.errors = parent.errors;
    this.warnings = parent.warnings;
    this.observeUnpacked = parent.observeUnpacked;
  }

  static root(
    path = '',
    observeUnpacked: (message: Message) => Message = (message) => message,
  ): ParseContext {
    return new ParseContext(path, { errors: [], warnings: [], observeUnpacked });
  }

  /** The context of a field (a snake_case name) or of a list element (an index). */
  at(segment: string | number): ParseContext {
    return new ParseContext(joinPath(this.path, segment), this);
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
