import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test, removed when the test is over. */
export function temporaryFolder(t: { teardown: (run: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'proa-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
