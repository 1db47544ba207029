import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type { MetadataFilter } from '#gen/envoy/config/accesslog/v3/accesslog_pb.d.ts';
import { parseValueMatcher } from '#matching/value-matcher-from-proto.ts';

/** Reads `metadata_filter`; reports and returns nothing when its matcher is incomplete. */
export function parseMetadataFilter(
  context: ParseContext,
  { matcher, matchIfKeyNotFound = true }: MetadataFilter,
): AccessLogFilterConfig | undefined {
  if (matcher === undefined) return { kind: 'metadata', matcher: undefined, matchIfKeyNotFound };
  const value = parseValueMatcher(matcher.value, context.at('matcher').at('value'));
  const path = matcher.path.map(({ segment }) => segment.value ?? '');
  if (value === undefined) return undefined;
  const config = { filter: matcher.filter, path, value, isInverted: matcher.invert };
  return { kind: 'metadata', matcher: config, matchIfKeyNotFound };
}
