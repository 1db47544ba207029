/**
 * Why a host is not (fully) healthy: one bit each. The names are those that `/clusters` prints as
 * `/failed_eds_health`.
 */
export const HealthFlag = {
  failedActiveHc: 1 << 0,
  failedOutlierCheck: 1 << 1,
  failedEdsHealth: 1 << 2,
  degradedActiveHc: 1 << 3,
  degradedEdsHealth: 1 << 4,
  pendingDynamicRemoval: 1 << 5,
  pendingActiveHc: 1 << 6,
  excludedViaImmediateHcFail: 1 << 7,
  activeHcTimeout: 1 << 8,
  edsStatusDraining: 1 << 9,
} as const;

const NAMES: readonly (readonly [flag: number, name: string])[] = [
  [HealthFlag.failedActiveHc, 'failed_active_hc'],
  [HealthFlag.failedOutlierCheck, 'failed_outlier_check'],
  [HealthFlag.failedEdsHealth, 'failed_eds_health'],
  [HealthFlag.degradedActiveHc, 'degraded_active_hc'],
  [HealthFlag.degradedEdsHealth, 'degraded_eds_health'],
  [HealthFlag.pendingDynamicRemoval, 'pending_dynamic_removal'],
  [HealthFlag.pendingActiveHc, 'pending_active_hc'],
  [HealthFlag.excludedViaImmediateHcFail, 'excluded_via_immediate_hc_fail'],
  [HealthFlag.activeHcTimeout, 'active_hc_timeout'],
  [HealthFlag.edsStatusDraining, 'eds_status_draining'],
];

const UNHEALTHY =
  HealthFlag.failedActiveHc |
  HealthFlag.failedOutlierCheck |
  HealthFlag.failedEdsHealth |
  HealthFlag.edsStatusDraining;
const DEGRADED = HealthFlag.degradedActiveHc | HealthFlag.degradedEdsHealth;

const EXCLUDED =
  HealthFlag.pendingActiveHc | HealthFlag.excludedViaImmediateHcFail | HealthFlag.edsStatusDraining;

export type Health = 'healthy' | 'degraded' | 'unhealthy';

/** Envoy's `Host::coarseHealth`. */
export function healthOf(flags: number): Health {
  if ((flags & UNHEALTHY) !== 0) return 'unhealthy';
  return (flags & DEGRADED) !== 0 ? 'degraded' : 'healthy';
}

/** Whether a host counts as if it were not there when the health of its priority is judged. */
export function isExcludedFromHealth(flags: number): boolean {
  return (flags & EXCLUDED) !== 0;
}

/** `healthy`, or the names with a slash before each: `/failed_eds_health/degraded_eds_health`. */
export function formatHealthFlags(flags: number): string {
  let text = '';
  for (const [flag, name] of NAMES) {
    if ((flags & flag) !== 0) text += `/${name}`;
  }
  return text === '' ? 'healthy' : text;
}
