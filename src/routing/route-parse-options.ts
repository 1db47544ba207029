import type { Any } from '@bufbuild/protobuf/wkt';
import type { ParseContext } from '#config/parse-context.ts';
import type { Metadata as MetadataMessage } from '#gen/envoy/config/core/v3/base_pb.d.ts';
import type { Metadata, PerFilterConfig, PerFilterConfigs } from '#routing/route-config.ts';

/** What a route configuration refers to but does not hold itself. */
export interface RouteParseOptions {
  /** The clusters that routes may name; nothing: names are not checked. */
  readonly clusterNames?: ReadonlySet<string>;
  /**
   * Where `validate_clusters` is not set: true (the default) for tables written into a listener,
   * false for those that arrive on their own.
   */
  readonly validatesClusters?: boolean;
  /** Reads what a level says to the named filter; reports what it cannot. */
  readonly parsePerFilterConfig?: (
    filterName: string,
    config: Any,
    context: ParseContext,
  ) => PerFilterConfig | undefined;
}

/** The settings of the table that its routes are read under. */
export interface TableContext {
  readonly options: RouteParseOptions;
  readonly maxDirectResponseBodySizeBytes: number;
}

export function parseMetadata(message: MetadataMessage | undefined): Metadata {
  return message?.filterMetadata ?? {};
}

export function parsePerFilterConfigs(
  message: { readonly [name: string]: Any },
  context: ParseContext,
  { options }: TableContext,
): PerFilterConfigs {
  const configs: Record<string, PerFilterConfig> = {};
  for (const [name, any] of Object.entries(message)) {
    const here = context.at('typed_per_filter_config').at(name);
    if (options.parsePerFilterConfig === undefined) {
      here.error('per-filter configuration is not implemented', { value: any.typeUrl });
      continue;
    }
    const parsed = options.parsePerFilterConfig(name, any, here);
    if (parsed !== undefined) configs[name] = parsed;
  }
  return configs;
}
