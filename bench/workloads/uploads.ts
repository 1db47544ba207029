import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import { measureCpuPerRequest } from '../runner/cpu-per-request.ts';
import type { Workload } from '../runner/workload.ts';

export const uploads: Workload = {
  name: 'uploads',
  title: 'CPU per request, 64 KB uploads',
  unit: 'us',
  targets: [{ relativeTo: 'envoy', must: 0.8, goal: 0.6 }],
  measure: (context) =>
    measureCpuPerRequest(context, {
      plainForwarding: true,
      bootstrap: envoyBootstrap,
      responseBytes: 1_024,
      traffic: {
        method: 'POST',
        hosts: ['uploads.example.com'],
        pathPrefixes: ['/documents/', '/photographs/'],
        bodyBytes: 64 * 1_024,
      },
    }),
};
