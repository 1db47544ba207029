import type { MetadataByNamespace } from '#base/metadata.ts';
import { err, ok } from '#base/result.ts';
import type { OperatorDefinition, OperatorTable } from '#formatter/operator-definition.ts';
import type { JsonValue, ValueSource } from '#formatter/value-source.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

type ReadMetadata = (info: StreamInfo) => MetadataByNamespace | undefined;

const dynamic: ReadMetadata = (info) => info.dynamicMetadata;
const cluster: ReadMetadata = (info) => info.upstreamCluster?.metadata;
const upstreamHost: ReadMetadata = (info) => info.upstream?.metadata;

/** The kinds that METADATA(KIND:…) knows. */
const KINDS: Readonly<Record<string, ReadMetadata>> = {
  DYNAMIC: dynamic,
  CLUSTER: cluster,
  UPSTREAM_HOST: upstreamHost,
  ROUTE: (info) => info.route?.metadata,
  VIRTUAL_HOST: (info) => info.route?.virtualHost.metadata,
  LISTENER: (info) => info.downstream.listenerMetadata,
  LISTENER_FILTER_CHAIN: (info) => info.downstream.filterChainMetadata,
};

/** Filter metadata: `NAMESPACE:KEY:KEY…`, the whole namespace or what lies under the keys. */
export const metadataOperators: OperatorTable = {
  DYNAMIC_METADATA: metadataOperator(dynamic, true),
  CLUSTER_METADATA: metadataOperator(cluster, false),
  UPSTREAM_METADATA: metadataOperator(upstreamHost, false),
  METADATA: {
    parameter: 'required',
    takesLength: true,
    create: (parameter) => {
      const [kind = '', ...path] = parameter.split(':');
      const read = KINDS[kind];
      return read === undefined
        ? err(`${kind} is not a supported type of metadata`)
        : ok(metadataSource(read, path));
    },
  },
};

function metadataOperator(read: ReadMetadata, takesLength: boolean): OperatorDefinition {
  return {
    parameter: 'required',
    takesLength,
    create: (parameter) => ok(metadataSource(read, parameter.split(':'))),
  };
}

function metadataSource(read: ReadMetadata, path: readonly string[]): ValueSource {
  return {
    type: 'json',
    read: ({ streamInfo }) => {
      let value: unknown = read(streamInfo);
      for (const key of path) {
        if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
          return undefined;
        }
        value = (value as Record<string, unknown>)[key];
      }
      // A null in metadata counts as absent.
      return path.length === 0 || value === null ? undefined : byteStringsIn(value as JsonValue);
    },
  };
}

/** Configured texts are characters; what is logged is bytes. */
function byteStringsIn(value: JsonValue): JsonValue {
  if (typeof value === 'string') return byteStringOf(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(byteStringsIn);
  const entries = Object.entries(value).map(([name, member]) => [
    byteStringOf(name),
    byteStringsIn(member as JsonValue),
  ]);
  return Object.fromEntries(entries) as JsonValue;
}
