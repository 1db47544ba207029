import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import {
  type AdminResponse,
  HTML_TYPE,
  JSON_TYPE,
  TEXT_TYPE,
  textResponse,
} from '#server/admin/admin-response.ts';
import { prometheusPage } from '#server/admin/prometheus-page.ts';
import { inSlices } from '#server/admin/slices.ts';
import { statsHtml } from '#server/admin/stats-html.ts';
import { statsJson } from '#server/admin/stats-json.ts';
import { parseStatsRequest } from '#server/admin/stats-request.ts';
import { statsText } from '#server/admin/stats-text.ts';

export const statsPage: AdminEndpoint = {
  path: '/stats',
  help: 'print server stats',
  mutatesState: false,
  parameters: [
    {
      kind: 'boolean',
      name: 'usedonly',
      help: 'Only include stats that have been written by system since restart',
    },
    {
      kind: 'string',
      name: 'filter',
      help: 'Regular expression (Google re2) for filtering stats',
    },
    { kind: 'boolean', name: 'invert_filter', help: 'Invert the filter regex' },
    {
      kind: 'enum',
      name: 'format',
      help: 'Format to use',
      values: ['html', 'active-html', 'text', 'json'],
    },
    {
      kind: 'enum',
      name: 'type',
      help: 'Stat types to include.',
      values: ['All', 'Counters', 'Histograms', 'Gauges', 'TextReadouts'],
    },
    {
      kind: 'enum',
      name: 'histogram_buckets',
      help: 'Histogram bucket display mode',
      values: ['cumulative', 'disjoint', 'detailed', 'summary'],
    },
  ],
  handle: (adminRequest, services) => {
    const parsed = parseStatsRequest(adminRequest.query);
    if (!parsed.ok) return textResponse(parsed.error, 400);
    const request = parsed.value;
    if (request.format === 'prometheus') return prometheusPage.handle(adminRequest, services);
    if (request.bucketMode === 'prometheusnative') {
      return textResponse('Invalid histogram_buckets type for non prometheus stats type', 400);
    }
    const { view } = services.stats;
    switch (request.format) {
      case 'json':
        return streamed(JSON_TYPE, statsJson(view, request));
      case 'html':
      case 'active-html':
        return streamed(HTML_TYPE, statsHtml(view, request));
      case 'text':
        return streamed(TEXT_TYPE, statsText(view, request));
    }
  },
};

function streamed(contentType: string, pieces: Iterable<string>): AdminResponse {
  return { status: 200, contentType, body: inSlices(pieces) };
}
