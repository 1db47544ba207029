import type { Any } from '@bufbuild/protobuf/wkt';
import type { ParseContext } from '#config/parse-context.ts';
import { typeNameOf, unpackAnyAs } from '#config/unpack-any.ts';
import type { PerFilterConfig, PerFilterConfigs } from '#routing/route-config.ts';
import type { TableContext } from '#routing/route-parse-options.ts';

const FILTER_CONFIG = 'envoy.config.route.v3.FilterConfig';

/** Reads what one level says to the HTTP filters (`typed_per_filter_config`). */
export function parsePerFilterConfigs(
  message: { readonly [name: string]: Any },
  context: ParseContext,
  table: TableContext,
): PerFilterConfigs {
  const configs: Record<string, PerFilterConfig> = {};
  for (const [name, any] of Object.entries(message)) {
    const at = context.at('typed_per_filter_config').at(name);
    const parsed =
      typeNameOf(any.typeUrl) === FILTER_CONFIG
        ? parseWrapped(name, any, at, table)
        : parseOne(name, any, at, table, false);
    if (parsed !== undefined) configs[name] = parsed;
  }
  return configs;
}

/** A configuration may be wrapped to disable the filter, to enable it, or to be optional. */
function parseWrapped(
  name: string,
  any: Any,
  context: ParseContext,
  table: TableContext,
): PerFilterConfig | undefined {
  const wrapper = unpackAnyAs(context, any, [FILTER_CONFIG]);
  if (wrapper === undefined) return undefined;
  const { config, disabled, isOptional } = wrapper;
  if (disabled) return { isDisabled: true, config: undefined };
  if (config === undefined) {
    context.error(`Empty route/virtual host per filter configuration for ${name} filter`);
    return undefined;
  }
  // An empty configuration enables the filter and says nothing else.
  if (config.typeUrl === '') return { isDisabled: false, config: undefined };
  return parseOne(name, config, context.at('config'), table, isOptional);
}

function parseOne(
  name: string,
  any: Any,
  context: ParseContext,
  { options }: TableContext,
  isOptional: boolean,
): PerFilterConfig | undefined {
  if (options.parsePerFilterConfig === undefined) {
    if (!isOptional) {
      context.error(`Didn't find a registered implementation for '${name}'`, {
        value: any.typeUrl,
      });
    }
    return undefined;
  }
  const config = options.parsePerFilterConfig(name, any, context, isOptional);
  return { isDisabled: false, config };
}
