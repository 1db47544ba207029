import { defineStatGroup } from '#stats/stat-group.ts';

/** What the resolver counts, under the name that Envoy's default resolver has: `dns.cares.`. */
export const dnsStats = defineStatGroup('dns', {
  counters: ['get_addr_failure', 'not_found', 'reinits', 'resolve_total', 'timeouts'],
  gauges: ['pending_resolutions'],
});
