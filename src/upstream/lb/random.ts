import type { Host } from '#upstream/host.ts';
import type { HostPicker, HostSource } from '#upstream/lb/host-source.ts';

/** RANDOM: any host, whatever its weight. */
export const random: HostPicker = {
  prepare(): void {},

  pick(source: HostSource, hash: number): Host | undefined {
    const { hosts } = source;
    return hosts.length === 0 ? undefined : hosts[hash % hosts.length];
  },
};
