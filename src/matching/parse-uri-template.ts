import { err, ok, type Result } from '#base/result.ts';
import { compilePattern, parseRegex } from '#matching/parse-regex.ts';
import type { UriTemplateConfig, UriTemplateRewriteConfig } from '#matching/uri-template.ts';

const MAX_VARIABLES = 5;
const MAX_NAME_LENGTH = 16;
const VARIABLE_NAME = /^[a-zA-Z][a-zA-Z0-9_]*$/;
/** The characters of a path segment (RFC 3986 appendix A, `pchar`). */
const LITERAL_CHARACTERS = "a-zA-Z0-9-._~%!$&'()*+,;=:@";
const LITERAL = new RegExp(`^[${LITERAL_CHARACTERS}]+$`);
const REWRITE_LITERAL = new RegExp(`^[${LITERAL_CHARACTERS}/]+$`);
const PRINTABLE = /^\/[!-~]*$/;

/** `*` is one segment, `**` any number of them, also none. */
const PATTERNS: Readonly<Record<'*' | '**', string>> = {
  '*': `[${LITERAL_CHARACTERS}]+`,
  '**': `[${LITERAL_CHARACTERS}/]*`,
};

interface ParsedTemplate {
  readonly pattern: string;
  readonly variables: readonly string[];
}

/** Checks a template such as `/api/{version}/**` and compiles it. */
export function parseUriTemplate(template: string): Result<UriTemplateConfig, string> {
  const parsed = new TemplateParser(template).parse();
  if (!parsed.ok) return parsed;
  const regex = parseRegex(parsed.value.pattern);
  return regex.ok ? ok({ template, regex: regex.value }) : regex;
}

/** What Envoy says of a rewrite whose variables the template lacks. */
export const UNKNOWN_VARIABLE = 'Nonexisting variable name';

/** Checks a rewrite such as `/{version}/api` against the template whose variables it takes. */
export function parseUriTemplateRewrite(
  rewrite: string,
  template: string,
): Result<UriTemplateRewriteConfig, string> {
  const parsed = new TemplateParser(template).parse();
  if (!parsed.ok) return parsed;
  const regex = compilePattern(`^${parsed.value.pattern}$`, true);
  if (!regex.ok) return regex;
  const pieces = parseRewrite(rewrite, parsed.value.variables);
  return pieces.ok ? ok({ regex: regex.value, pieces: pieces.value }) : pieces;
}

class TemplateParser {
  #rest: string;
  readonly #variables: string[] = [];
  #hasTextGlob = false;
  #error: string | undefined;

  constructor(template: string) {
    this.#rest = template;
  }

  parse(): Result<ParsedTemplate, string> {
    if (!PRINTABLE.test(this.#rest)) return err(`Invalid pattern: "${this.#rest}"`);
    let pattern = '';
    while (this.#rest !== '' && this.#error === undefined) {
      // Every segment ends at a slash; one at the very end is followed by none.
      pattern += this.#take(1);
      if (this.#rest !== '') pattern += this.#segment();
    }
    return this.#error === undefined
      ? ok({ pattern, variables: this.#variables })
      : err(this.#error);
  }

  #segment(): string {
    if (this.#rest.startsWith('*')) return this.#globSegment();
    const brace = this.#rest.indexOf('{');
    const slash = this.#rest.indexOf('/');
    if (brace < 0 || (slash >= 0 && slash < brace)) return this.#literal('literal');
    if (!this.#rest.includes('}', brace)) {
      if (brace > 0) return this.#literal('literal');
      return this.#fail(`Unmatched variable bracket in mixed pattern: "${this.#rest}"`);
    }
    const prefix = brace === 0 ? '' : checkedLiteral(this.#take(brace), 'literal', this.#fail);
    const variable = this.#variable();
    const isEnd = this.#rest === '' || this.#rest.startsWith('/');
    return prefix + variable + (isEnd ? '' : this.#literal('suffix literal'));
  }

  /** Text behind a glob must end the template. */
  #globSegment(): string {
    const glob = this.#glob(this.#take(this.#rest.startsWith('**') ? 2 : 1), false);
    if (this.#rest === '' || this.#rest.startsWith('/')) return glob;
    const suffix = this.#literal('literal');
    return this.#rest === '' ? glob + suffix : this.#fail('Prefix match not supported.');
  }

  /** Takes the text up to the next slash. */
  #literal(what: string): string {
    const slash = this.#rest.indexOf('/');
    return checkedLiteral(this.#take(slash < 0 ? this.#rest.length : slash), what, this.#fail);
  }

  #variable(): string {
    const [name = '', ...match] = this.#take(this.#rest.indexOf('}') + 1)
      .slice(1, -1)
      .split('=');
    if (!VARIABLE_NAME.test(name)) return this.#fail(`Invalid variable name: "${name}"`);
    if (this.#variables.length >= MAX_VARIABLES) {
      this.#fail(`Exceeded variable count limit (${MAX_VARIABLES})`);
    }
    if (name.length > MAX_NAME_LENGTH) {
      const limits = `at least 1 and no more than ${MAX_NAME_LENGTH}`;
      this.#fail(`Invalid variable name length (length of "${name}" should be ${limits})`);
    }
    if (this.#variables.includes(name)) this.#fail(`Repeated variable name: "${name}"`);
    this.#variables.push(name);
    return `(${match.length === 0 ? this.#glob('*', true) : this.#variableMatch(match.join('='))})`;
  }

  #variableMatch(text: string): string {
    if (text === '') return this.#fail('Empty variable match');
    const segments = text.split('/').map((segment) => {
      const glob = /^\*{0,2}/.exec(segment)?.[0] ?? '';
      if (glob === '') return checkedLiteral(segment, 'literal', this.#fail);
      const rest = segment.slice(glob.length);
      return rest === ''
        ? this.#glob(glob, false)
        : this.#fail(`Invalid variable match: "${rest}"`);
    });
    return segments.join('/');
  }

  /** Nothing may vary behind a glob that stands for any number of segments. */
  #glob(glob: string, isImplicit: boolean): string {
    if (this.#hasTextGlob) {
      this.#fail(
        isImplicit ? 'Implicit variable path glob after text glob.' : 'Glob after text glob.',
      );
    }
    this.#hasTextGlob ||= glob === '**';
    return PATTERNS[glob as '*' | '**'];
  }

  #take(length: number): string {
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return taken;
  }

  readonly #fail = (reason: string): '' => {
    this.#error ??= reason;
    return '';
  };
}

function checkedLiteral(text: string, what: string, fail: (reason: string) => ''): string {
  return LITERAL.test(text) ? escapeLiteral(text) : fail(`Invalid ${what}: "${text}"`);
}

/** Envoy leaves `*` as it is: in a literal it repeats the character before it, or none. */
function escapeLiteral(text: string): string {
  return text.replace(/[$()+.]/g, '\\$&');
}

function parseRewrite(
  rewrite: string,
  variables: readonly string[],
): Result<readonly (string | number)[], string> {
  if (!rewrite.startsWith('/')) return err('Invalid rewrite variable placement');
  if (rewrite.includes('//')) return err('Invalid rewrite literal');
  const pieces: (string | number)[] = [];
  for (const [index, part] of rewrite.split('{').entries()) {
    const end = index === 0 ? -1 : part.indexOf('}');
    if (index > 0 && end < 0) return err('Unmatched variable bracket');
    if (index > 0) {
      const name = part.slice(0, end);
      if (!VARIABLE_NAME.test(name)) return err('Invalid variable name');
      const group = variables.indexOf(name) + 1;
      if (group === 0) return err(UNKNOWN_VARIABLE);
      pieces.push(group);
    }
    const literal = part.slice(end + 1);
    if (literal === '') continue;
    if (!REWRITE_LITERAL.test(literal)) return err('Invalid rewrite literal pattern');
    pieces.push(literal);
  }
  return ok(pieces);
}
