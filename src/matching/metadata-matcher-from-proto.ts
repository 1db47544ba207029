import type { ParseContext } from '#config/parse-context.ts';
import type { MetadataMatcher } from '#gen/envoy/type/matcher/v3/metadata_pb.d.ts';
import type { MetadataMatcherConfig } from '#matching/metadata-matcher.ts';
import { parseValueMatcher } from '#matching/value-matcher-from-proto.ts';

/** Reads a matcher; reports and returns nothing when it says no value to match. */
export function parseMetadataMatcher(
  { filter, path, value, invert }: MetadataMatcher,
  context: ParseContext,
): MetadataMatcherConfig | undefined {
  const parsed = parseValueMatcher(value, context.at('value'));
  const keys = path.map(({ segment }) => segment.value ?? '');
  return parsed && { path: [filter, ...keys], value: parsed, isInverted: invert };
}
