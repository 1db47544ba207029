import { assertNever } from '#base/assert.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';

import type { RequestHeaders } from '#http/request-headers.ts';
import { RegexReplacement } from '#matching/regex-replacement.ts';
import { UriTemplateRewrite } from '#matching/uri-template.ts';
import type {
  PathMatchConfig,
  PathRewriteConfig,
  RedirectPathConfig,
} from '#routing/route-config.ts';
import { routeFormatterContext } from '#routing/route-formatter-context.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** From a path with its query to another; empty for "leave it". */
export type PathRewrite = (path: string) => string;

/** A rewrite that may look at the whole request. */
export type RequestPathRewrite = (headers: RequestHeaders, info: StreamInfo) => string;

const QUESTION_MARK = 0x3f;
const NUMBER_SIGN = 0x23;

/** The length of a path without query and fragment. */
export function pathLength(path: string): number {
  for (let index = 0; index < path.length; index++) {
    const code = path.charCodeAt(index);
    if (code === QUESTION_MARK || code === NUMBER_SIGN) return index;
  }
  return path.length;
}

/** Puts a rewritten path into a request; `keepsOriginal`: leaves `x-envoy-original-path`. */
export function setRewrittenPath(
  headers: RequestHeaders,
  path: string,
  keepsOriginal: boolean,
): void {
  if (path === '') return;
  if (keepsOriginal) headers.set('x-envoy-original-path', headers.path);
  headers.path = path;
}

/** Builds the rewrite of a route that forwards. */
export function buildRequestPathRewrite(
  config: PathRewriteConfig | undefined,
  match: PathMatchConfig,
  environment: FormatterEnvironment,
): RequestPathRewrite | undefined {
  switch (config?.kind) {
    case undefined:
      return undefined;
    case 'prefix_rewrite':
    case 'regex_rewrite': {
      const rewrite = buildPathRewrite(config, match);
      return rewrite && (({ path }) => rewrite(path));
    }
    case 'uri_template': {
      const template = new UriTemplateRewrite(config.rewrite);
      const rewrite = wholePathRewrite((path) => template.rewrite(path) ?? '');
      return ({ path }) => rewrite(path);
    }
    case 'path_rewrite': {
      const format = instantiateFormat(config.format, environment);
      return (headers, info) => {
        const formatted = format(routeFormatterContext(info, headers, undefined));
        return wholePathRewrite(() => formatted)(headers.path);
      };
    }
    default:
      return assertNever(config);
  }
}

/** Builds the rewrite of a redirect; `prefix_rewrite` replaces what the route's matcher matched. */
export function buildPathRewrite(
  config: RedirectPathConfig | undefined,
  match: PathMatchConfig,
): PathRewrite | undefined {
  switch (config?.kind) {
    case undefined:
    case 'path_redirect':
    case 'path_rewrite':
      return undefined;
    case 'prefix_rewrite':
      return config.text === '' ? undefined : buildPrefixRewrite(config.text, match);
    case 'regex_rewrite': {
      const replacement = new RegexReplacement(config.replacement);
      return wholePathRewrite((path) => replacement.replaceAll(path));
    }
    default:
      return assertNever(config);
  }
}

function buildPrefixRewrite(text: string, match: PathMatchConfig): PathRewrite {
  const length = 'text' in match ? match.text.length : undefined;
  return (path) => text + path.substring(length ?? pathLength(path));
}

/** Keeps the query; an empty path is no rewrite, as in Envoy. */
function wholePathRewrite(rewrite: PathRewrite): PathRewrite {
  return (path) => {
    const end = pathLength(path);
    const rewritten = rewrite(path.substring(0, end));
    return rewritten === '' ? '' : rewritten + path.substring(end);
  };
}
