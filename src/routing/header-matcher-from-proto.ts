import type { ParseContext } from '#config/parse-context.ts';
import type { HeaderMatcher } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseRegexMatcher, parseStringMatcher } from '#matching/from-proto.ts';
import type { StringMatcherConfig } from '#matching/string-matcher.ts';
import type { HeaderMatcherConfig } from '#routing/header-matcher.ts';

export function parseHeaderMatchers(
  messages: readonly HeaderMatcher[],
  context: ParseContext,
): HeaderMatcherConfig[] {
  return messages.map((message, index) => parseHeaderMatcher(message, context.at(index)));
}

export function parseHeaderMatcher(
  message: HeaderMatcher,
  context: ParseContext,
): HeaderMatcherConfig {
  return {
    name: message.name.toLowerCase(),
    test: parseTest(message, context),
    isInverted: message.invertMatch,
    treatsMissingAsEmpty: message.treatMissingHeaderAsEmpty,
  };
}

function parseTest(message: HeaderMatcher, context: ParseContext): HeaderMatcherConfig['test'] {
  const specifier = message.headerMatchSpecifier;
  switch (specifier.case) {
    case undefined:
      return { kind: 'present', isPresent: true };
    case 'presentMatch':
      return { kind: 'present', isPresent: specifier.value };
    case 'rangeMatch':
      return { kind: 'range', start: specifier.value.start, end: specifier.value.end };
    case 'exactMatch':
      // An empty exact match, which is deprecated, takes any value.
      return specifier.value === ''
        ? string({ kind: 'prefix', text: '', ignoresCase: false })
        : string({ kind: 'exact', text: byteStringOf(specifier.value), ignoresCase: false });
    case 'prefixMatch':
      return string({ kind: 'prefix', text: byteStringOf(specifier.value), ignoresCase: false });
    case 'suffixMatch':
      return string({ kind: 'suffix', text: byteStringOf(specifier.value), ignoresCase: false });
    case 'containsMatch':
      return string({ kind: 'contains', text: byteStringOf(specifier.value), ignoresCase: false });
    case 'safeRegexMatch':
      return string({
        kind: 'safe_regex',
        regex: parseRegexMatcher(specifier.value, context.at('safe_regex_match')),
      });
    case 'stringMatch':
      return string(parseStringMatcher(specifier.value, context.at('string_match')));
  }
}

function string(matcher: StringMatcherConfig): HeaderMatcherConfig['test'] {
  return { kind: 'string', matcher };
}
