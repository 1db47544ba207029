import { Cluster, type ClusterEnvironment } from '#upstream/cluster.ts';
import type { ClusterUpdate } from '#upstream/cluster-update.ts';

/** The clusters of one worker. */
export class ClusterManager {
  readonly #environment: ClusterEnvironment;
  readonly #clusters = new Map<string, Cluster>();

  constructor(environment: ClusterEnvironment) {
    this.#environment = environment;
  }

  get size(): number {
    return this.#clusters.size;
  }

  get(name: string): Cluster | undefined {
    return this.#clusters.get(name);
  }

  /** Takes what the main thread announced, as a whole: no request sees half of it. */
  apply(update: ClusterUpdate): void {
    for (const segment of update.resourceSegments) {
      this.#environment.resources.addSegment(segment);
    }
    for (const snapshot of update.set) {
      const replaced = this.#clusters.get(snapshot.config.name);
      this.#clusters.set(snapshot.config.name, new Cluster(snapshot, this.#environment));
      replaced?.remove();
    }
    for (const name of update.removed) {
      const removed = this.#clusters.get(name);
      this.#clusters.delete(name);
      removed?.remove();
    }
    for (const { cluster, assignment } of update.hosts) {
      this.#clusters.get(cluster)?.updateHosts(assignment);
    }
  }
}
