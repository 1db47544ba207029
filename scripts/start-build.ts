import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds when a source was changed since the last build. When that fails the launcher runs the
 * sources, so a build that fails is told and nothing more.
 */
export function buildWhenStale(root: string, tell: (text: string) => void): void {
  const built = join(root, 'dist/main.js');
  if (existsSync(built) && newest(join(root, 'src')) <= statSync(built).mtimeMs) return;
  tell('Building …');
  // npm tells its scripts where it is; "npm" alone may be another one.
  const npm = process.env['npm_execpath'];
  const [file, ...argv] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const { status } = spawnSync(file as string, [...argv, 'run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status === 0) return;
  // The compiler writes what it can, and half a build must not be taken for a whole one.
  rmSync(built, { force: true });
  tell('The build failed, so the sources run as they are; that starts slower.');
}

function newest(directory: string): number {
  let latest = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return latest;
}
