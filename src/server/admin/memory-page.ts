import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { jsonResponse } from '#server/admin/admin-response.ts';

export const memoryPage: AdminEndpoint = {
  path: '/memory',
  help: 'print current allocation/heap usage',
  mutatesState: false,
  parameters: [],
  handle: (_request, services) => {
    const memory = services.memory();
    return jsonResponse({
      allocated: String(memory.allocated),
      heap_size: String(memory.heapSize),
      pageheap_unmapped: String(memory.pageheapUnmapped),
      pageheap_free: String(memory.pageheapFree),
      total_thread_cache: String(memory.totalThreadCache),
      total_physical_bytes: String(memory.totalPhysicalBytes),
    });
  },
};
