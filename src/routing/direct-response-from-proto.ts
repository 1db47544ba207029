import { readDataSource } from '#config/data-source.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type { DirectResponseAction } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { DirectResponseActionConfig } from '#routing/route-config.ts';
import type { TableContext } from '#routing/route-parse-options.ts';

export function parseDirectResponse(
  message: DirectResponseAction,
  context: ParseContext,
  { maxDirectResponseBodySizeBytes: maxBytes }: TableContext,
): DirectResponseActionConfig {
  const at = context.at('body');
  const body = message.body === undefined ? '' : (readDataSource(at, message.body) ?? '');
  if (body.length > maxBytes) {
    at.error(`response body size is ${body.length} bytes; maximum is ${maxBytes}`);
  }
  return { kind: 'direct_response', status: message.status, body };
}
