import { join } from 'node:path';
import { runToEnd } from '../machine/children.ts';
import type { Placement } from '../machine/placement.ts';
import type { LoadGenerator, LoadRequest, LoadResult } from './load-generator.ts';
import type { Traffic } from './traffic.ts';

export interface AutocannonLoad extends LoadRequest {
  readonly traffic: Traffic;
}

const SCRIPT = join(import.meta.dirname, 'autocannon-process.ts');

/**
 * autocannon comes with npm, so it is there on every machine. It needs more CPU per request than the proxies
 * do, which leaves them half idle: CPU per request is right but higher than under full load, throughput and
 * latency are mostly those of autocannon.
 */
export function autocannonGenerator(placement: Placement): LoadGenerator {
  return {
    name: 'autocannon',
    prepare: async (traffic) => async (load) => {
      const input: AutocannonLoad = { ...load, traffic };
      const command = { file: process.execPath, args: [SCRIPT, JSON.stringify(input)] };
      return JSON.parse(await runToEnd(placement.surroundings(command))) as LoadResult;
    },
  };
}
