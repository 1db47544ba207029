import { writeFileSync } from 'node:fs';
import type { Session } from 'node:inspector/promises';
import type { AdminEndpoint, AdminParameter } from '#server/admin/admin-endpoint.ts';
import { type AdminResponse, okResponse, textResponse } from '#server/admin/admin-response.ts';

let session: Session | undefined;

/** Profiles the main thread; the profile is written when profiling ends, for Chrome's tools to open. */
const cpuProfiler: AdminEndpoint = {
  path: '/cpuprofiler',
  help: 'enable/disable the CPU profiler',
  mutatesState: true,
  parameters: [enableParameter('enables the CPU profiler')],
  handle: async ({ query }, services) => {
    switch (query.get('enable')) {
      case 'y':
        return (await startProfile()) ? okResponse() : failure('start the profiler');
      case 'n':
        return (await endProfile(services.profilePath))
          ? okResponse()
          : failure('write the profile');
      default:
        return textResponse('?enable=<y|n>\n', 400);
    }
  },
};

async function startProfile(): Promise<boolean> {
  if (session !== undefined) return false;
  const { Session } = process.getBuiltinModule('node:inspector/promises');
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  return true;
}

async function endProfile(path: string): Promise<boolean> {
  const ending = session;
  if (ending === undefined) return true;
  session = undefined;
  const { profile } = await ending.post('Profiler.stop');
  ending.disconnect();
  try {
    writeFileSync(path, JSON.stringify(profile));
    return true;
  } catch {
    return false;
  }
}

function failure(what: string): AdminResponse {
  return textResponse(`failure to ${what}`, 500);
}

const heapDump: AdminEndpoint = {
  path: '/heap_dump',
  help: 'dump current Envoy heap (if supported)',
  mutatesState: false,
  parameters: [],
  handle: () => ({
    status: 200,
    contentType: 'application/json',
    body: heapSnapshotText(),
    headers: { 'content-disposition': 'attachment; filename="proa.heapsnapshot"' },
  }),
};

async function* heapSnapshotText(): AsyncGenerator<string, void, void> {
  const { getHeapSnapshot } = process.getBuiltinModule('node:v8');
  for await (const chunk of getHeapSnapshot().setEncoding('utf8')) yield chunk as string;
}

const memoryTcmalloc: AdminEndpoint = {
  path: '/memory/tcmalloc',
  help: 'print TCMalloc stats',
  mutatesState: false,
  parameters: [],
  handle: () => {
    const { getHeapStatistics } = process.getBuiltinModule('node:v8');
    const lines = Object.entries(getHeapStatistics()).map(([name, value]) => `${name}: ${value}\n`);
    return {
      ...textResponse(`V8 heap of the main thread\n${lines.join('')}`),
      contentType: 'text/plain',
    };
  },
};

/** Every page about profiling and memory that Envoy has. */
export const profilingEndpoints: readonly AdminEndpoint[] = [
  cpuProfiler,
  heapDump,
  memoryTcmalloc,
  notSupported('/allocprofiler', 'enable/disable the allocation profiler (if supported)', [
    enableParameter('enable/disable the allocation profiler'),
  ]),
  notSupported('/heapprofiler', 'enable/disable the heap profiler', [
    enableParameter('enable/disable the heap profiler'),
  ]),
  notSupported('/peak_heap_dump', 'dump peak Envoy heap (if supported)', []),
];

function enableParameter(help: string): AdminParameter {
  return { kind: 'enum', name: 'enable', help, values: ['y', 'n'] };
}

function notSupported(
  path: string,
  help: string,
  parameters: readonly AdminParameter[],
): AdminEndpoint {
  return {
    path,
    help,
    mutatesState: parameters.length > 0,
    parameters,
    handle: () => textResponse('The current build does not support heap profiler', 501),
  };
}
