import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, runToEnd } from '../machine/children.ts';
import { LOOPBACK } from '../machine/loopback.ts';
import type { Placement } from '../machine/placement.ts';
import type { LoadGenerator, LoadRequest, LoadResult } from './load-generator.ts';
import { requestHalves, requestTemplates, type Traffic } from './traffic.ts';

const SCRIPT = join(import.meta.dirname, 'wrk.lua');
/** Different requests per run; fewer with bodies, for the sake of the memory of the load generator. */
const TEMPLATES = 4_096;
const TEMPLATES_WITH_BODY = 128;

/** wrk with one thread: the cheapest load generator, so that it is never what limits the throughput. */
export function wrkGenerator(wrkPath: string, placement: Placement): LoadGenerator {
  return {
    name: 'wrk',
    prepare: async (traffic, folder) => {
      const requestFile = join(folder, 'requests.txt');
      await writeFile(requestFile, requestFileContent(traffic), 'latin1');
      return async (load) => {
        const command = wrkCommand(wrkPath, requestFile, load);
        return parseWrkOutput(await runToEnd(placement.surroundings(command)));
      };
    },
  };
}

/**
 * The file that wrk.lua reads: for each request a line with the lengths of its two halves, the halves, and a
 * line feed.
 */
export function requestFileContent(traffic: Traffic): string {
  const count = traffic.bodyBytes === 0 ? TEMPLATES : TEMPLATES_WITH_BODY;
  const records = requestTemplates(traffic, count).map((template) => {
    const [before, after] = requestHalves(template, traffic.bodyBytes);
    return `${before.length} ${after.length}\n${before}${after}\n`;
  });
  return records.join('');
}

function wrkCommand(wrkPath: string, requestFile: string, load: LoadRequest): Command {
  return {
    file: wrkPath,
    args: [
      '--threads=1',
      `--connections=${load.connections}`,
      `--duration=${load.durationSeconds}s`,
      '--timeout=5s',
      `--script=${SCRIPT}`,
      `http://${LOOPBACK}:${load.port}/`,
      '--',
      requestFile,
    ],
  };
}

/** Reads the line of JSON that wrk.lua prints last. */
export function parseWrkOutput(output: string): LoadResult {
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  const result = JSON.parse(line) as Record<string, number>;
  return {
    requests: result['requests'] ?? 0,
    durationSeconds: (result['microseconds'] ?? 0) / 1e6,
    bytesRead: result['bytes'] ?? 0,
    errors: result['errors'] ?? 0,
    p50Ms: (result['p50'] ?? 0) / 1e3,
    p99Ms: (result['p99'] ?? 0) / 1e3,
  };
}
