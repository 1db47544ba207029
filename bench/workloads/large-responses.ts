import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import { measureCpuPerRequest } from '../runner/cpu-per-request.ts';
import type { Workload } from '../runner/workload.ts';

export const largeResponses: Workload = {
  name: 'large-responses',
  title: 'CPU per request, 100 KB responses',
  unit: 'us',
  targets: [{ relativeTo: 'envoy', must: 0.8, goal: 0.6 }],
  measure: (context) =>
    measureCpuPerRequest(context, {
      plainForwarding: true,
      bootstrap: envoyBootstrap,
      responseBytes: 100 * 1_024,
      traffic: {
        method: 'GET',
        hosts: ['media.example.com'],
        pathPrefixes: ['/images/', '/downloads/', '/reports/2026/'],
        bodyBytes: 0,
      },
    }),
};
