import { collectGarbage } from '#base/collect-garbage.ts';
import { forgetDescriptors } from '#config/descriptors.ts';

/**
 * Gives back to the system what only the start needed: reading a configuration takes tens of
 * megabytes. The main thread stands still for a moment, which no request notices.
 */
export function releaseMemoryOfStart(): void {
  forgetDescriptors();
  collectGarbage();
}
