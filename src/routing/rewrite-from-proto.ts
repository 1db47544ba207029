import { ParseContext } from '#config/parse-context.ts';
import { unpackAnyAs } from '#config/unpack-any.ts';
import { parseTextFormat } from '#formatter/format-from-proto.ts';
import type { TypedExtensionConfig } from '#gen/envoy/config/core/v3/extension_pb.d.ts';
import type { RouteAction, RouteMatch } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegexSubstitution } from '#matching/from-proto.ts';
import { parseUriTemplateRewrite, UNKNOWN_VARIABLE } from '#matching/parse-uri-template.ts';
import type { HostRewriteConfig, PathRewriteConfig } from '#routing/route-config.ts';
import { parseRouteMatch } from '#routing/route-match-from-proto.ts';

const URI_TEMPLATE_REWRITE =
  'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig';

/** Reads how the path is rewritten: at most one of the ways may be configured. */
export function parsePathRewrite(
  message: RouteAction,
  match: RouteMatch | undefined,
  context: ParseContext,
): PathRewriteConfig | undefined {
  const { prefixRewrite, regexRewrite, pathRewritePolicy, pathRewrite } = message;
  const isSet = [prefixRewrite !== '', regexRewrite, pathRewritePolicy, pathRewrite !== ''];
  if (isSet.filter(Boolean).length > 1) {
    context.error('Specify only one of prefix_rewrite, regex_rewrite or path_rewrite_policy');
  }
  if (prefixRewrite !== '') {
    if (match?.pathSpecifier.case === 'pathMatchPolicy') {
      const at = context.at('prefix_rewrite');
      at.error('Cannot use prefix_rewrite with matcher extension', { value: prefixRewrite });
    }
    return { kind: 'prefix_rewrite', text: byteStringOf(prefixRewrite) };
  }
  if (regexRewrite !== undefined) {
    const replacement = parseRegexSubstitution(regexRewrite, context.at('regex_rewrite'));
    return { kind: 'regex_rewrite', replacement };
  }
  if (pathRewritePolicy !== undefined) {
    return parsePolicy(pathRewritePolicy, match, context.at('path_rewrite_policy'));
  }
  if (pathRewrite === '') return undefined;
  const format = parseTextFormat(context.at('path_rewrite'), byteStringOf(pathRewrite), true);
  return format && { kind: 'path_rewrite', format };
}

function parsePolicy(
  { typedConfig }: TypedExtensionConfig,
  match: RouteMatch | undefined,
  context: ParseContext,
): PathRewriteConfig | undefined {
  const at = context.at('typed_config');
  const policy = typedConfig && unpackAnyAs(at, typedConfig, [URI_TEMPLATE_REWRITE]);
  if (policy === undefined) return undefined;
  if (match?.pathSpecifier.case !== 'pathMatchPolicy') {
    at.error(
      'unable to use envoy.path.rewrite.uri_template.uri_template_rewriter extension without envoy.path.match.uri_template.uri_template_matcher extension',
    );
    return undefined;
  }
  // What is wrong with the template itself is reported where the match is read.
  const { path } = parseRouteMatch(match, ParseContext.root());
  if (path.kind !== 'uri_template') return undefined;
  const { template } = path.template;
  const { pathTemplateRewrite: rewrite } = policy;
  const parsed = parseUriTemplateRewrite(rewrite, template);
  if (parsed.ok) return { kind: 'uri_template', rewrite: parsed.value };
  const reason =
    parsed.error === UNKNOWN_VARIABLE
      ? `mismatch between variables in path_match_policy ${template} and path_rewrite_policy ${rewrite}`
      : `path_rewrite_policy.path_template_rewrite ${rewrite} is invalid: ${parsed.error}`;
  at.at('path_template_rewrite').error(reason, { value: rewrite });
  return undefined;
}

export function parseHostRewrite(
  message: RouteAction,
  context: ParseContext,
): HostRewriteConfig | undefined {
  const { hostRewriteSpecifier: specifier } = message;
  switch (specifier.case) {
    case undefined:
      return undefined;
    case 'hostRewriteLiteral':
      if (specifier.value === '') return undefined;
      return { kind: 'literal', host: byteStringOf(specifier.value) };
    case 'autoHostRewrite':
      return specifier.value.value ? { kind: 'auto' } : undefined;
    case 'hostRewriteHeader':
      if (specifier.value === '') return undefined;
      return { kind: 'header', name: specifier.value.toLowerCase() };
    case 'hostRewritePathRegex': {
      const at = context.at('host_rewrite_path_regex');
      return { kind: 'path_regex', replacement: parseRegexSubstitution(specifier.value, at) };
    }
    case 'hostRewrite': {
      const at = context.at('host_rewrite');
      const format = parseTextFormat(at, byteStringOf(specifier.value), false);
      return format && { kind: 'host_rewrite', format };
    }
  }
}
