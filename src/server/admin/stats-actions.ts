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

/**
 * Recent look-ups of names: the page, and what turns their recording on and off. Names are looked up
 * only while blocks are laid out, so there is never one to show.
 */
export function recentLookupsEndpoints(): readonly AdminEndpoint[] {
  let isEnabled = false;
  const page: AdminEndpoint = {
    path: '/stats/recentlookups',
    help: 'Show recent stat-name lookups',
    mutatesState: false,
    parameters: [],
    handle: () => textResponse(`${isEnabled ? COUNTS : NOT_ENABLED}\n\ntotal: 0\n`),
  };
  return [
    page,
    action('clear', 'clear list of stat-name lookups and counter', () => {}),
    action('disable', 'disable recording of reset stat-name lookup names', () => {
      isEnabled = false;
    }),
    action('enable', 'enable recording of reset stat-name lookup names', () => {
      isEnabled = true;
    }),
  ];
}

const COUNTS = '   Count Lookup';
const NOT_ENABLED = 'Lookup tracking is not enabled. Use /stats/recentlookups/enable to enable.';

function action(name: string, help: string, act: () => void): AdminEndpoint {
  return {
    path: `/stats/recentlookups/${name}`,
    help,
    mutatesState: true,
    parameters: [],
    handle: () => {
      act();
      return okResponse();
    },
  };
}
