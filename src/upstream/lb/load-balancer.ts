import type { Host } from '#upstream/host.ts';
import type { PrioritySet } from '#upstream/host-set.ts';

/** Chooses the host of a request. One per cluster and worker; called for every request. */
export interface LoadBalancer {
  /** Nothing when no host may be used. */
  chooseHost(): Host | undefined;
  /** The cluster's hosts, their weights or their health changed. */
  onHostsChanged(prioritySet: PrioritySet): void;
}
