import { instantiateFormat } from '#formatter/instantiate-format.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { requestLocation } from '#routing/redirect-location.ts';
import type { DirectResponseAction } from '#routing/route.ts';
import type { DirectResponseActionConfig } from '#routing/route-config.ts';
import { routeFormatterContext } from '#routing/route-formatter-context.ts';

export function buildDirectResponse(
  { status, body, bodyFormat }: DirectResponseActionConfig,
  environment: FormatterEnvironment,
): DirectResponseAction {
  const format = bodyFormat && instantiateFormat(bodyFormat.format, environment);
  return {
    kind: 'direct_response',
    status,
    contentType: bodyFormat?.contentType,
    body:
      format === undefined
        ? () => body
        : (headers, info) => format(routeFormatterContext(info, headers, undefined, body)),
    location: hasLocation(status) ? requestLocation : () => undefined,
  };
}

/** RFC 9110 section 10.2.2: a 201 says where the resource is, a 3xx where to look instead. */
function hasLocation(status: number): boolean {
  return status === 201 || (status >= 300 && status < 400);
}
