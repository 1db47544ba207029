import type { Address } from '#network/address.ts';
import type { CircuitBreakersConfig, Locality } from '#upstream/cluster-config.ts';

/** A cluster as `/clusters` shows it. */
export interface ClusterView {
  readonly name: string;
  readonly observabilityName: string;
  readonly addedViaApi: boolean;
  readonly circuitBreakers: CircuitBreakersConfig;
  readonly hosts: readonly HostView[];
}

/** In the order in which `/clusters` prints a host's statistics. */
export interface HostStatsView {
  readonly cx_active: number;
  readonly cx_connect_fail: number;
  readonly cx_total: number;
  readonly rq_active: number;
  readonly rq_error: number;
  readonly rq_pending_active: number;
  readonly rq_success: number;
  readonly rq_timeout: number;
  readonly rq_total: number;
}

export interface HostView {
  readonly address: Address;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: Locality;
  /** Bits of `HealthFlag`; `formatHealthFlags` gives their text. */
  readonly healthFlags: number;
  /** Filter metadata `envoy.lb` says `canary: true`. */
  readonly isCanary: boolean;
  /** All workers together. */
  readonly stats: HostStatsView;
}
