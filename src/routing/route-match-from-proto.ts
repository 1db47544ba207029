import { readFraction } from '#config/fraction.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { unpackAnyAs } from '#config/unpack-any.ts';
import type { RuntimeFractionalPercent } from '#gen/envoy/config/core/v3/base_pb.d.ts';
import type { TypedExtensionConfig } from '#gen/envoy/config/core/v3/extension_pb.d.ts';
import type {
  CookieMatcher,
  QueryParameterMatcher,
  RouteMatch,
} from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegexMatcher, parseStringMatcher } from '#matching/from-proto.ts';
import { parseMetadataMatcher } from '#matching/metadata-matcher-from-proto.ts';
import { parseUriTemplate } from '#matching/parse-uri-template.ts';
import type { CookieMatcherConfig } from '#routing/cookie-matcher.ts';
import { parseHeaderMatchers } from '#routing/header-matcher-from-proto.ts';
import type { QueryParameterMatcherConfig } from '#routing/query-parameter-matcher.ts';
import type {
  PathMatchConfig,
  RouteMatchConfig,
  RuntimeFractionConfig,
} from '#routing/route-config.ts';

const MATCHES_ALL: PathMatchConfig = { kind: 'prefix', text: '', isCaseSensitive: true };
const URI_TEMPLATE = 'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig';

export function parseRouteMatch(
  message: RouteMatch | undefined,
  context: ParseContext,
): RouteMatchConfig {
  return {
    path: message === undefined ? MATCHES_ALL : parsePath(message, context),
    headers: parseHeaderMatchers(message?.headers ?? [], context.at('headers')),
    queryParameters: each(
      message?.queryParameters,
      context.at('query_parameters'),
      parseQueryParameter,
    ),
    cookies: each(message?.cookies, context.at('cookies'), parseCookie),
    dynamicMetadata: each(
      message?.dynamicMetadata,
      context.at('dynamic_metadata'),
      parseMetadataMatcher,
    ).filter((matcher) => matcher !== undefined),
    runtimeFraction: message?.runtimeFraction && parseRuntimeFraction(message.runtimeFraction),
    isGrpcOnly: message?.grpc !== undefined,
    tlsContext: message?.tlsContext && {
      presented: message.tlsContext.presented,
      validated: message.tlsContext.validated,
    },
  };
}

function each<Message, Config>(
  messages: readonly Message[] = [],
  context: ParseContext,
  parse: (message: Message, context: ParseContext) => Config,
): Config[] {
  return messages.map((message, index) => parse(message, context.at(index)));
}

function parsePath(message: RouteMatch, context: ParseContext): PathMatchConfig {
  const { pathSpecifier } = message;
  const isCaseSensitive = message.caseSensitive ?? true;
  switch (pathSpecifier.case) {
    case 'prefix':
    case 'path':
      return { kind: pathSpecifier.case, text: byteStringOf(pathSpecifier.value), isCaseSensitive };
    case 'pathSeparatedPrefix': {
      const text = byteStringOf(pathSpecifier.value);
      return { kind: 'path_separated_prefix', text, isCaseSensitive };
    }
    case 'safeRegex': {
      const regex = parseRegexMatcher(pathSpecifier.value, context.at('safe_regex'));
      return { kind: 'safe_regex', regex };
    }
    case 'connectMatcher':
      return { kind: 'connect_matcher' };
    case 'pathMatchPolicy':
      return parsePathMatchPolicy(pathSpecifier.value, context.at('path_match_policy'));
    case undefined:
      context.error('Invalid route config');
      return MATCHES_ALL;
  }
}

function parsePathMatchPolicy(
  { typedConfig }: TypedExtensionConfig,
  context: ParseContext,
): PathMatchConfig {
  const at = context.at('typed_config');
  const policy = typedConfig && unpackAnyAs(at, typedConfig, [URI_TEMPLATE]);
  if (policy === undefined) return MATCHES_ALL;
  const template = parseUriTemplate(policy.pathTemplate);
  if (template.ok) return { kind: 'uri_template', template: template.value };
  const reason = `path_match_policy.path_template ${policy.pathTemplate} is invalid`;
  at.at('path_template').error(`${reason}: ${template.error}`);
  return MATCHES_ALL;
}

function parseQueryParameter(
  message: QueryParameterMatcher,
  context: ParseContext,
): QueryParameterMatcherConfig {
  const name = byteStringOf(message.name);
  const { queryParameterMatchSpecifier: specifier } = message;
  switch (specifier.case) {
    case 'stringMatch': {
      const matcher = parseStringMatcher(specifier.value, context.at('string_match'));
      return { name, test: { kind: 'string', matcher } };
    }
    case 'presentMatch':
      return { name, test: { kind: 'present', isPresent: specifier.value } };
    case undefined:
      return { name, test: { kind: 'present', isPresent: true } };
  }
}

function parseCookie(message: CookieMatcher, context: ParseContext): CookieMatcherConfig {
  return {
    name: byteStringOf(message.name),
    matcher:
      message.stringMatch === undefined
        ? { kind: 'exact', text: '', ignoresCase: false }
        : parseStringMatcher(message.stringMatch, context.at('string_match')),
    isInverted: message.invertMatch,
  };
}

function parseRuntimeFraction(message: RuntimeFractionalPercent): RuntimeFractionConfig {
  const fallback =
    message.defaultValue === undefined
      ? ({ numerator: 0, denominator: 100 } as const)
      : readFraction(message.defaultValue);
  return { key: message.runtimeKey, fallback };
}
