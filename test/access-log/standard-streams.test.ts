import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const SCRIPT = fileURLToPath(new URL('../tools/write-to-standard-streams.ts', import.meta.url));

t.test('stdout and stderr are written to as pipes', async (t) => {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, code] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    new Promise((resolve) => child.once('exit', resolve)),
  ]);
  t.equal(code, 0);
  t.equal(stdout, 'by name\nby path\n');
  t.equal(stderr, 'by name\nby path\n');
});

t.test('stdout as a file is shared with what else the process writes', async (t) => {
  const path = join(temporaryFolder(t), 'out');
  const file = openSync(path, 'w');
  const child = spawn(process.execPath, [SCRIPT, 'and say so'], {
    stdio: ['ignore', file, 'ignore'],
  });
  await new Promise((resolve) => child.once('exit', resolve));
  t.equal(readFileSync(path, 'latin1'), 'by name\nby path\nand say so\n');
});

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
