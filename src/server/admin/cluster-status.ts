import type { Address } from '#network/address.ts';

/** The limits of one priority. */
export interface CircuitBreakerLimits {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
}

export interface HostStatus {
  readonly address: Address;
  readonly hostname: string;
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string };
  readonly weight: number;
  readonly priority: number;
  readonly canary: boolean;
  /** Bits of `HealthFlag`. */
  readonly healthFlags: number;
  /** In Envoy's order: by name. */
  readonly counters: readonly (readonly [name: string, value: number])[];
  readonly gauges: readonly (readonly [name: string, value: number])[];
}

/** What `/clusters` tells about a cluster. */
export interface ClusterStatus {
  readonly name: string;
  readonly observabilityName: string;
  /** Empty unless the cluster's endpoints come from EDS under another name. */
  readonly edsServiceName: string;
  readonly addedViaApi: boolean;
  readonly defaultLimits: CircuitBreakerLimits;
  readonly highLimits: CircuitBreakerLimits;
  readonly hasOutlierDetection: boolean;
  readonly hosts: readonly HostStatus[];
}
