import { type Address, formatAddress } from '#network/address.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import type { SlotAddress } from '#stats/stat-memory.ts';
import type { Locality } from '#upstream/cluster-config.ts';
import type { HostSnapshot } from '#upstream/cluster-update.ts';
import { type Health, healthOf } from '#upstream/health-flags.ts';

/**
 * An upstream host as one worker sees it. It stays the same object for as long as discovery names it,
 * whatever happens to its weight and health, so that its connections survive.
 */
export class Host {
  /** Given by the main thread; never used again for another host of the process. */
  readonly id: number;
  /** Where new connections go. Only a LOGICAL_DNS host ever gets another one. */
  address: Address;
  /** `10.0.0.1:80`, as logs and headers show it. */
  addressText: string;
  readonly hostname: string;
  readonly statsAddress: SlotAddress;
  /** Fields are those of `hostStats`. */
  readonly stats: StatBlock;
  priority: number;
  locality: Locality;
  weight: number;
  /** Bits of `HealthFlag`. */
  healthFlags: number;
  metadata: HostSnapshot['metadata'];
  /** Filter metadata `envoy.lb` says `canary: true`. */
  isCanary: boolean;
  /** For the connection pool alone: what it keeps for this host in this worker. */
  pool: unknown = undefined;

  constructor(snapshot: HostSnapshot, priority: number, locality: Locality, stats: StatBlock) {
    this.id = snapshot.id;
    this.address = snapshot.address;
    this.addressText = formatAddress(snapshot.address);
    this.hostname = snapshot.hostname;
    this.priority = priority;
    this.locality = locality;
    this.statsAddress = snapshot.statsAddress;
    this.stats = stats;
    this.weight = snapshot.weight;
    this.healthFlags = snapshot.healthFlags;
    this.metadata = snapshot.metadata;
    this.isCanary = isCanary(snapshot);
  }

  /** Takes over what may change without the host becoming another one. */
  update(snapshot: HostSnapshot, priority: number, locality: Locality): void {
    const addressText = formatAddress(snapshot.address);
    if (addressText !== this.addressText) {
      this.address = snapshot.address;
      this.addressText = addressText;
    }
    this.priority = priority;
    this.locality = locality;
    this.weight = snapshot.weight;
    this.healthFlags = snapshot.healthFlags;
    this.metadata = snapshot.metadata;
    this.isCanary = isCanary(snapshot);
  }

  get health(): Health {
    return healthOf(this.healthFlags);
  }
}

/** As load balancing metadata has it (Envoy's `MetadataEnvoyLbKeys::CANARY`). */
export function isCanary({ metadata }: Pick<HostSnapshot, 'metadata'>): boolean {
  return metadata?.['envoy.lb']?.['canary'] === true;
}
