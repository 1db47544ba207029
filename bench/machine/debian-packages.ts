import { runToEnd } from './children.ts';
import { findCommand } from './find-command.ts';

/** Each command that the benchmark runs, and the Debian package it comes from. */
const PACKAGES = { wrk: 'wrk', haproxy: 'haproxy', nginx: 'nginx', taskset: 'util-linux' };

type ToolName = keyof typeof PACKAGES;

export interface Tools {
  readonly paths: Readonly<Record<ToolName, string | undefined>>;
  /** A sentence for each tool that is missing. */
  readonly missing: readonly string[];
}

/** Finds the tools; installs what is missing where that is possible (as root on Debian). */
export async function findOrInstallTools(say: (line: string) => void): Promise<Tools> {
  const wanted = absentTools();
  if (wanted.length > 0 && process.getuid?.() === 0 && findCommand('apt-get') !== undefined) {
    await install(wanted, say);
  }
  const absent = absentTools();
  const names = Object.keys(PACKAGES) as ToolName[];
  return {
    paths: Object.fromEntries(names.map((name) => [name, findCommand(name)])) as Tools['paths'],
    missing: absent.map(
      (name) => `${name} is missing; install it with: apt-get install ${PACKAGES[name]}`,
    ),
  };
}

function absentTools(): ToolName[] {
  return (Object.keys(PACKAGES) as ToolName[]).filter((name) => findCommand(name) === undefined);
}

async function install(tools: readonly ToolName[], say: (line: string) => void): Promise<void> {
  const packages = tools.map((tool) => PACKAGES[tool]);
  say(`Installing ${packages.join(', ')} (once)`);
  // The policy keeps a freshly installed nginx or haproxy from being started as a service of the machine.
  const apt = (...args: string[]): Promise<string> =>
    runToEnd({
      file: 'env',
      args: ['DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get', '-qq', ...args],
    });
  try {
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', ...packages);
  } catch (error) {
    say(`The installation failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
