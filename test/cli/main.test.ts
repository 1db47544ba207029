import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { helpText } from '#cli/help.ts';
import { versionText } from '#cli/version.ts';

const launcher = join(import.meta.dirname, '../../bin/proa');

function proa(...argv: string[]): SpawnSyncReturns<string> {
  return spawnSync(launcher, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

await t.test('--help and --version answer on standard output and exit with 0', async (t) => {
  t.match(proa('--help'), { status: 0, stdout: helpText(), stderr: '' });
  t.match(proa('-h'), { status: 0, stdout: helpText(), stderr: '' });
  t.match(proa('--version'), { status: 0, stdout: versionText(), stderr: '' });
  t.match(proa('--hot-restart-version'), { status: 0, stdout: 'disabled\n', stderr: '' });
});

await t.test('a wrong command line is explained on standard error and exits with 1', async (t) => {
  const { status, stdout, stderr } = proa('--concurency', '4', '--mode', 'valdate');
  t.equal(status, 1);
  t.equal(stdout, '');
  t.strictSame(stderr.trimEnd().split('\n'), [
    'proa: --concurency: unknown flag; did you mean "--concurrency"?',
    'proa: --mode: "valdate" is not one of serve, validate, init_only; did you mean "validate"?',
    '"proa --help" explains every flag.',
  ]);
});
