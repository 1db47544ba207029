import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import { measureCpuPerRequest } from '../runner/cpu-per-request.ts';
import type { Workload } from '../runner/workload.ts';

export const plainRouter: Workload = {
  name: 'plain-router',
  title: 'CPU per request, plain router, 1 KB responses',
  unit: 'us',
  targets: [
    { relativeTo: 'haproxy', must: 1.35, goal: 1.0 },
    { relativeTo: 'envoy', must: 0.65, goal: undefined },
  ],
  measure: (context) =>
    measureCpuPerRequest(context, {
      plainForwarding: true,
      bootstrap: envoyBootstrap,
      responseBytes: 1_024,
      traffic: {
        method: 'GET',
        hosts: ['shop.example.com'],
        pathPrefixes: [
          '/products/',
          '/api/v1/orders/',
          '/static/images/large/',
          '/search/results/',
        ],
        bodyBytes: 0,
      },
    }),
};
