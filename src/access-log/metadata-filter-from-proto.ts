import type { AccessLogFilterConfig } from '#access-log/filter-config.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type { MetadataFilter } from '#gen/envoy/config/accesslog/v3/accesslog_pb.d.ts';
import { parseMetadataMatcher } from '#matching/metadata-matcher-from-proto.ts';

/** Reads `metadata_filter`; reports and returns nothing when its matcher is incomplete. */
export function parseMetadataFilter(
  context: ParseContext,
  { matcher, matchIfKeyNotFound = true }: MetadataFilter,
): AccessLogFilterConfig | undefined {
  if (matcher === undefined) return { kind: 'metadata', matcher, matchIfKeyNotFound };
  const parsed = parseMetadataMatcher(matcher, context.at('matcher'));
  return parsed && { kind: 'metadata', matcher: parsed, matchIfKeyNotFound };
}
