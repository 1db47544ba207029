import type { Address } from '#network/address.ts';
import type { CircuitBreakerThresholds, Locality } from '#upstream/cluster-config.ts';

/** A cluster as `/clusters` shows it. */
export interface ClusterView {
  readonly name: string;
  readonly observabilityName: string;
  /** Empty unless the cluster's endpoints come from EDS under another name. */
  readonly edsServiceName: string;
  readonly addedViaApi: boolean;
  readonly defaultLimits: CircuitBreakerThresholds;
  readonly highLimits: CircuitBreakerThresholds;
  readonly hasOutlierDetection: boolean;
  readonly hosts: readonly HostView[];
}

export interface HostView {
  readonly address: Address;
  readonly hostname: string;
  readonly locality: Locality;
  readonly weight: number;
  readonly priority: number;
  /** Filter metadata `envoy.lb` says `canary: true`. */
  readonly canary: boolean;
  /** Bits of `HealthFlag`; `formatHealthFlags` gives their text. */
  readonly healthFlags: number;
  /** Sums over all workers, by name in Envoy's order. */
  readonly counters: readonly (readonly [name: string, value: number])[];
  readonly gauges: readonly (readonly [name: string, value: number])[];
}
