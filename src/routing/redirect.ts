import { instantiateFormat } from '#formatter/instantiate-format.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { buildPathRewrite, setRewrittenPath } from '#routing/path-rewrite.ts';
import { redirectLocation } from '#routing/redirect-location.ts';
import type { RedirectAction } from '#routing/route.ts';
import type { PathMatchConfig, RedirectActionConfig } from '#routing/route-config.ts';
import { routeFormatterContext } from '#routing/route-formatter-context.ts';

/** Builds a redirect from a route whose matcher is `match`. */
export function buildRedirect(
  config: RedirectActionConfig,
  match: PathMatchConfig,
  environment: FormatterEnvironment,
): RedirectAction {
  const { path } = config;
  const rewrite = buildPathRewrite(path, match);
  const fixed = path?.kind === 'path_redirect' ? path.text : '';
  const format =
    path?.kind === 'path_rewrite' ? instantiateFormat(path.format, environment) : undefined;
  return {
    kind: 'redirect',
    status: config.status,
    location: (headers, info) => {
      const newPath = format?.(routeFormatterContext(info, headers, undefined)) ?? fixed;
      return redirectLocation(config, headers, newPath);
    },
    rewritePath: (headers, keepsOriginal) => {
      if (rewrite !== undefined) setRewrittenPath(headers, rewrite(headers.path), keepsOriginal);
    },
  };
}
