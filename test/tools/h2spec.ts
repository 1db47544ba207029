import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findCommand } from '../../bench/machine/find-command.ts';

const run = promisify(execFile);

/** The newest version that installs as an ordinary Go module. */
const MODULE = 'github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible';
const CACHE = join(import.meta.dirname, '..', '..', '.cache');
const BINARY = join(CACHE, 'go', 'h2spec');
const INSTALL_TIMEOUT_MS = 300_000;
const RUN_TIMEOUT_MS = 300_000;

/**
 * The path of h2spec: the one that the environment variable H2SPEC names, or one that Go builds once into
 * `.cache/go` of the checkout. `undefined`, after a message on stderr that says why, where there is none.
 */
export async function findOrInstallH2spec(): Promise<string | undefined> {
  const named = process.env['H2SPEC'];
  if (named !== undefined) return named;
  if (existsSync(BINARY)) return BINARY;
  const go = [findCommand('go'), '/usr/local/go/bin/go'].find(
    (path) => path !== undefined && existsSync(path),
  );
  try {
    if (go === undefined) throw new Error('Go is not installed');
    await install(go);
    return BINARY;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nNOT TESTED with h2spec: ${reason}\n\n`);
    return undefined;
  }
}

/** Builds beside the final place and renames, so that an interrupted build leaves nothing half done. */
async function install(go: string): Promise<void> {
  const unfinished = join(CACHE, `go.${process.pid}`);
  try {
    await mkdir(join(CACHE, 'go'), { recursive: true });
    const env = { ...process.env, GOBIN: unfinished };
    await run(go, ['install', MODULE], { env, cwd: tmpdir(), timeout: INSTALL_TIMEOUT_MS });
    await rename(join(unfinished, 'h2spec'), BINARY);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

export interface H2specResult {
  readonly passed: number;
  /** Section, title and what was seen, for each case that failed. */
  readonly failures: readonly string[];
}

/** Runs every case, the strict ones as well, against a local port. */
export async function runH2spec(binary: string, port: number): Promise<H2specResult> {
  const folder = await mkdtemp(join(tmpdir(), 'h2spec-'));
  try {
    const report = join(folder, 'report.xml');
    const args = ['--strict', '--timeout', '3', '--port', `${port}`, '--junit-report', report];
    // Its exit code says again what the report says.
    await run(binary, args, { timeout: RUN_TIMEOUT_MS, maxBuffer: 1 << 24 }).catch(() => undefined);
    return resultOf(await readFile(report, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads the report in the format of JUnit. */
export function resultOf(xml: string): H2specResult {
  const failures: string[] = [];
  let passed = 0;
  const cases = xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs);
  for (const [, attributes = '', content = ''] of cases) {
    const attribute = (name: string) =>
      text(new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    if (!/<(failure|error)/.test(content)) passed += 1;
    else failures.push(`${attribute('package')} ${attribute('classname')}: ${seen(content)}`);
  }
  return { passed, failures };
}

function seen(content: string): string {
  return text(content.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

function text(escaped: string): string {
  return escaped
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
