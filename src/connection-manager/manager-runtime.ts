import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import type { FilterServices } from '#connection-manager/filter.ts';
import type { NamedCounter } from '#stats/named-counter.ts';
import type { StatBlock } from '#stats/stat-block.ts';

/** What a connection manager knows of the proxy it runs in. */
export interface ManagerRuntime {
  readonly services: FilterServices;
  /** `node.cluster` and `node.id`. */
  readonly serviceCluster: string;
  readonly serviceNode: string;
  /** The machine's own address, as `x-forwarded-for` names clients on loopback. */
  readonly localIp: string;
  /** Headers that only internal requests may carry (`internal_only_headers` of the routes). */
  readonly internalOnlyHeaders: readonly string[];
  /** A counter under `http1.`, which all connection managers share. */
  readonly http1Counter: (name: string) => NamedCounter;
  /** `http2.`, which all connection managers share; shown as soon as it was asked for. */
  readonly http2Stats: () => StatBlock;
  /** The runtime's values as they are now. */
  readonly values: () => RuntimeSnapshot;
}
