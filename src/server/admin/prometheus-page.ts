import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { TEXT_TYPE, textResponse } from '#server/admin/admin-response.ts';
import { demandsOpenMetrics } from '#server/admin/content-negotiation.ts';
import { OPEN_METRICS_TYPE, prometheusText } from '#server/admin/prometheus-text.ts';
import { parseStatsRequest } from '#server/admin/stats-request.ts';

export const prometheusPage: AdminEndpoint = {
  path: '/stats/prometheus',
  help: 'print server stats in prometheus format',
  mutatesState: false,
  parameters: [
    {
      kind: 'boolean',
      name: 'usedonly',
      help: 'Only include stats that have been written by system since restart',
    },
    {
      kind: 'boolean',
      name: 'text_readouts',
      help: 'Render text_readouts as new gaugues with value 0 (increases Prometheus data size)',
    },
    {
      kind: 'string',
      name: 'filter',
      help: 'Regular expression (Google re2) for filtering stats',
    },
    { kind: 'boolean', name: 'invert_filter', help: 'Invert the filter regex' },
    {
      kind: 'enum',
      name: 'histogram_buckets',
      help: 'Histogram bucket display mode',
      values: ['cumulative', 'summary'],
    },
  ],
  handle: ({ query, accept }, services) => {
    const parsed = parseStatsRequest(query);
    if (!parsed.ok) return textResponse(parsed.error, 400);
    const request = parsed.value;
    switch (request.bucketMode) {
      case 'prometheusnative':
        return textResponse(
          'unsupported prometheusnative histogram type when not using protobuf exposition format',
          400,
        );
      case 'disjoint':
      case 'detailed':
        return textResponse('unsupported prometheus histogram bucket mode', 400);
      default: {
        const openMetrics = demandsOpenMetrics(accept);
        return {
          status: 200,
          contentType: openMetrics ? OPEN_METRICS_TYPE : TEXT_TYPE,
          body: prometheusText(services.stats, request, openMetrics),
        };
      }
    }
  },
};
