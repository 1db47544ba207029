import { readDataSource } from '#config/data-source.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { parseBodyFormat } from '#formatter/format-from-proto.ts';
import type { SubstitutionFormatString } from '#gen/envoy/config/core/v3/substitution_format_string_pb.d.ts';
import type { DirectResponseAction } from '#gen/envoy/config/route/v3/route_components_pb.d.ts';
import type { DirectBodyFormatConfig, DirectResponseActionConfig } from '#routing/route-config.ts';
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
  const { status, bodyFormat } = message;
  return {
    kind: 'direct_response',
    status,
    body,
    bodyFormat: bodyFormat && parseBody(bodyFormat, context.at('body_format')),
  };
}

/** Only a type that is named, or that of JSON, is set beside the body; text goes without. */
function parseBody(
  message: SubstitutionFormatString,
  context: ParseContext,
): DirectBodyFormatConfig | undefined {
  const parsed = parseBodyFormat(context, message);
  const hasType = message.contentType !== '' || message.format.case === 'jsonFormat';
  return parsed && { format: parsed.format, contentType: hasType ? parsed.contentType : undefined };
}
