import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from '../machine/children.ts';
import { writeBootstrap } from './envoy-bootstrap.ts';
import type { FoundPeer } from './peer.ts';

const CHECKOUT = join(import.meta.dirname, '..', '..');
const LAUNCHER = join(CHECKOUT, 'bin', 'proa');

/**
 * Proa through its launcher, or through a command of the user's: words separated by spaces, `FILE` standing
 * for the configuration (appended as `-c FILE --concurrency 1` where it does not occur), and `node` for the
 * Node that runs the benchmark.
 */
export async function findProa(command: string | undefined): Promise<FoundPeer> {
  if (command === undefined && !existsSync(LAUNCHER)) {
    return {
      name: 'proa',
      missing: 'bin/proa does not exist; name another way with --proa-command',
    };
  }
  return {
    name: 'proa',
    version: `${await describeCheckout()}${command === undefined ? '' : ` (${command})`}`,
    readsBootstrap: true,
    command: async (setup, folder) => {
      const words = proaWords(command ?? LAUNCHER, await writeBootstrap(setup, folder));
      return { file: words[0] ?? '', args: words.slice(1) };
    },
  };
}

/** The commit of the checkout, marked where files differ from it. */
async function describeCheckout(): Promise<string> {
  const git = { file: 'git', args: ['-C', CHECKOUT, 'describe', '--always', '--dirty'] };
  return await runToEnd(git).then(
    (output) => output.trim(),
    () => 'this checkout',
  );
}

/** The words of the command line that starts Proa with the given configuration file. */
export function proaWords(command: string, configurationPath: string): string[] {
  const words = command.split(' ').filter((word) => word !== '');
  if (words[0] === 'node') words[0] = process.execPath;
  if (!words.includes('FILE')) words.push('-c', 'FILE', '--concurrency', '1');
  return words.map((word) => (word === 'FILE' ? configurationPath : word));
}
