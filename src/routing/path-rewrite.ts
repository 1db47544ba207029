import { assertNever } from '#base/assert.ts';
import { RegexReplacement } from '#matching/regex-replacement.ts';
import type {
  PathMatchConfig,
  PathRewriteConfig,
  RedirectPathConfig,
} from '#routing/route-config.ts';

/** From a path with its query to the rewritten one. */
export type PathRewrite = (path: string) => string;

/** The length of the path without query and fragment. */
export function pathLength(path: string): number {
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index);
    if (code === QUESTION_MARK || code === NUMBER_SIGN) return index;
  }
  return path.length;
}

const QUESTION_MARK = 0x3f;
const NUMBER_SIGN = 0x23;

/** Builds the rewrite of a route; `prefix_rewrite` replaces what the route's matcher matched. */
export function buildPathRewrite(
  config: PathRewriteConfig | RedirectPathConfig | undefined,
  match: PathMatchConfig,
): PathRewrite | undefined {
  switch (config?.kind) {
    case undefined:
    case 'path_redirect':
      return undefined;
    case 'prefix_rewrite':
      return config.text === '' ? undefined : buildPrefixRewrite(config.text, match);
    case 'regex_rewrite':
      return buildRegexRewrite(new RegexReplacement(config.replacement));
    case 'uri_template':
      throw new Error('not yet');
    default:
      return assertNever(config);
  }
}

function buildPrefixRewrite(text: string, match: PathMatchConfig): PathRewrite {
  const length = 'text' in match ? match.text.length : undefined;
  return (path) => text + path.substring(length ?? pathLength(path));
}

function buildRegexRewrite(replacement: RegexReplacement): PathRewrite {
  return (path) => {
    const end = pathLength(path);
    return replacement.replaceAll(path.substring(0, end)) + path.substring(end);
  };
}
