import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { parseTextFormat } from '#formatter/format-from-proto.ts';
import type { RedirectAction } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegexSubstitution } from '#matching/from-proto.ts';
import type { RedirectActionConfig, RedirectPathConfig } from '#routing/route-config.ts';

const STATUS = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
} as const;

export function parseRedirect(
  message: RedirectAction,
  context: ParseContext,
): RedirectActionConfig {
  const code = enumName(
    'envoy.config.route.v3.RedirectAction.RedirectResponseCode',
    message.responseCode,
  );
  return {
    kind: 'redirect',
    status: STATUS[code ?? 'MOVED_PERMANENTLY'],
    scheme: parseScheme(message),
    host: message.hostRedirect === '' ? undefined : byteStringOf(message.hostRedirect),
    port: message.portRedirect === 0 ? undefined : message.portRedirect,
    path: parsePath(message, context),
    stripQuery: message.stripQuery,
  };
}

function parseScheme({ schemeRewriteSpecifier: scheme }: RedirectAction): string | undefined {
  switch (scheme.case) {
    case 'httpsRedirect':
      return scheme.value ? 'https' : undefined;
    case 'schemeRedirect':
      return scheme.value === '' ? undefined : scheme.value;
    case undefined:
      return undefined;
  }
}

function parsePath(
  { pathRewriteSpecifier: path }: RedirectAction,
  context: ParseContext,
): RedirectPathConfig | undefined {
  switch (path.case) {
    case 'pathRedirect':
      return path.value === ''
        ? undefined
        : { kind: 'path_redirect', text: byteStringOf(path.value) };
    case 'prefixRewrite':
      return { kind: 'prefix_rewrite', text: byteStringOf(path.value) };
    case 'regexRewrite':
      return {
        kind: 'regex_rewrite',
        replacement: parseRegexSubstitution(path.value, context.at('regex_rewrite')),
      };
    case 'pathRewrite': {
      const at = context.at('path_rewrite');
      const format = parseTextFormat(at, byteStringOf(path.value), true);
      return format && { kind: 'path_rewrite', format };
    }
    case undefined:
      return undefined;
  }
}
