import type { ProxyOptions } from '#cli/options.ts';

/** Runs the proxy until it is told to end, and resolves to the exit code of the process. */
export async function runServer(options: ProxyOptions): Promise<number> {
  process.stderr.write(`proa: nothing serves ${options.configPath} yet\n`);
  return 1;
}
