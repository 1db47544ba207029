import type { Any } from '@bufbuild/protobuf/wkt';
import type { ParseContext } from '#config/parse-context.ts';
import type { Metadata as MetadataMessage } from '#gen/envoy/config/core/v3/base_pb.d.ts';
import type { Metadata } from '#routing/route-config.ts';

export type PerFilterConfigParser = (
  filterName: string,
  config: Any,
  context: ParseContext,
  isOptional: boolean,
) => unknown;

/** What a route configuration refers to but does not hold itself. */
export interface RouteParseOptions {
  /** The clusters that routes may name; nothing: names are not checked. */
  readonly clusterNames?: ReadonlySet<string>;
  /**
   * Where `validate_clusters` is not set: true (the default) for tables written into a listener,
   * false for those that arrive on their own.
   */
  readonly validatesClusters?: boolean;
  /**
   * Reads what a level says to the named filter into plain data; reports what it cannot, unless it
   * is optional. Nothing: no filter takes any.
   */
  readonly parsePerFilterConfig?: PerFilterConfigParser;
}

/** The settings of the table that its routes are read under. */
export interface TableContext {
  readonly options: RouteParseOptions;
  readonly maxDirectResponseBodySizeBytes: number;
}

export function parseMetadata(message: MetadataMessage | undefined): Metadata {
  return message?.filterMetadata ?? {};
}
