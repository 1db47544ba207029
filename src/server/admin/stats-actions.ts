import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { okResponse, textResponse } from '#server/admin/admin-response.ts';

export const resetCountersAction: AdminEndpoint = {
  path: '/reset_counters',
  help: 'reset all counters to zero',
  mutatesState: true,
  parameters: [],
  handle: (_request, services) => {
    services.stats.resetCounters();
    return okResponse();
  },
};

/** Names are looked up only while blocks are laid out: there is nothing to record. */
export const recentLookupsPage: AdminEndpoint = {
  path: '/stats/recentlookups',
  help: 'Show recent stat-name lookups',
  mutatesState: false,
  parameters: [],
  handle: () =>
    textResponse(
      'Lookup tracking is not enabled. Use /stats/recentlookups/enable to enable.\n\ntotal: 0\n',
    ),
};

export const recentLookupsActions: readonly AdminEndpoint[] = [
  recentLookupsAction('clear', 'clear list of stat-name lookups and counter'),
  recentLookupsAction('disable', 'disable recording of reset stat-name lookup names'),
  recentLookupsAction('enable', 'enable recording of reset stat-name lookup names'),
];

function recentLookupsAction(name: string, help: string): AdminEndpoint {
  return {
    path: `/stats/recentlookups/${name}`,
    help,
    mutatesState: true,
    parameters: [],
    handle: () => okResponse(),
  };
}
