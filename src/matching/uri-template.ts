import { SubmatchFinder } from '#matching/re2/submatch-finder.ts';
import { type RegexConfig, SafeRegex } from '#matching/safe-regex.ts';

/** A checked URI template of a route (`envoy.path.match.uri_template`). */
export interface UriTemplateConfig {
  readonly template: string;
  readonly regex: RegexConfig;
}

/** A checked URI template that rewrites what another one matched. */
export interface UriTemplateRewriteConfig {
  /** Of the template that matched, with its variables as groups. */
  readonly regex: RegexConfig;
  /** Text, and numbers of groups. */
  readonly pieces: readonly (string | number)[];
}

/** Tells whether paths (without their query) fit a template. */
export class UriTemplate {
  readonly #regex: SafeRegex;

  constructor(config: UriTemplateConfig) {
    this.#regex = new SafeRegex(config.regex);
  }

  matches(path: string): boolean {
    return this.#regex.fullMatch(path);
  }
}

/** Rewrites paths (without their query) that fit a template. */
export class UriTemplateRewrite {
  readonly #finder: SubmatchFinder;
  readonly #pieces: readonly (string | number)[];

  constructor(config: UriTemplateRewriteConfig) {
    this.#finder = new SubmatchFinder(config.regex.program);
    this.#pieces = config.pieces;
  }

  /** The rewritten path; nothing for one that does not fit. */
  rewrite(path: string): string | undefined {
    if (!this.#finder.find(path, 0)) return undefined;
    const { positions } = this.#finder;
    return this.#pieces
      .map((piece) =>
        typeof piece === 'string'
          ? piece
          : path.substring(positions[2 * piece] as number, positions[2 * piece + 1] as number),
      )
      .join('');
  }
}
