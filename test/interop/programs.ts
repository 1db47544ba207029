import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCommand } from '../../bench/machine/find-command.ts';
import { freePort } from '../../bench/machine/loopback.ts';
import { endWithMe } from '../tools/end-with-me.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

type Test = Parameters<typeof temporaryFolder>[0];

const LIMIT_MS = 30_000;
const START_TIMEOUT_MS = 10_000;

/** The path of an installed program; where there is none, that is said aloud, since tests are left out then. */
export function findProgram(name: string): string | undefined {
  const path = findCommand(name);
  if (path === undefined) {
    process.stderr.write(`\nNOT TESTED with ${name}: it is not installed here\n\n`);
  }
  return path;
}

/** For tap: leaves a test out, with the reason, where its program is missing. */
export function unlessFound(path: string | undefined): { readonly skip: string | false } {
  return { skip: path === undefined ? 'the program is not installed' : false };
}

export interface ProgramRun {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end; its standard input is what is given. */
export function run(path: string, args: readonly string[], input = ''): Promise<ProgramRun> {
  return new Promise((resolve) => {
    const options = { timeout: LIMIT_MS, encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 } as const;
    const child = execFile(path, [...args], options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ code, stdout, stderr: stderr.toString('latin1') });
    });
    // A program that does not read its input has ended before it was written.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Runs a server in the foreground until the test is over; resolves when its port takes connections. */
async function serve(t: Test, path: string, args: readonly string[], port: number): Promise<void> {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      said += text.toString('latin1');
    });
  }
  const kill = (): void => void child.kill('SIGKILL');
  endWithMe(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  t.teardown(async () => {
    child.kill('SIGTERM');
    const insist = setTimeout(kill, 3_000);
    await ended;
    clearTimeout(insist);
  });
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (performance.now() > deadline || child.exitCode !== null) {
      throw new Error(`${path} does not serve:\n${said}`);
    }
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Runs nginx with one server block; `listen` may add parameters to its port. */
export async function startNginx(
  t: Test,
  path: string,
  server: string,
  outside = '',
  listen = '',
): Promise<{ readonly port: number; readonly root: string }> {
  const folder = temporaryFolder(t);
  const root = join(folder, 'root');
  mkdirSync(root);
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((each) => `${each}_temp_path ${folder}/${each};`)
    .join('\n');
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr error;
events { worker_connections 512; }
http {
  access_log off;
  ${temporary}
  default_type application/octet-stream;
  ${outside}
  server { listen 127.0.0.1:${port}${listen}; root ${root}; ${server} }
}
`,
  );
  await serve(t, path, ['-c', config, '-p', folder, '-e', 'stderr'], port);
  return { port, root };
}

/** Runs HAProxy with one frontend in front of the port; `server` may say that HTTP/2 is spoken there. */
export async function startHaproxy(
  t: Test,
  path: string,
  backendPort: number,
  options = '',
  server = '',
): Promise<number> {
  const port = await freePort();
  const config = join(temporaryFolder(t), 'haproxy.cfg');
  writeFileSync(
    config,
    `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  timeout tunnel 10s
  ${options}
frontend all
  bind 127.0.0.1:${port}
  default_backend one
backend one
  http-reuse always
  server only 127.0.0.1:${backendPort} ${server}
`,
  );
  await serve(t, path, ['-db', '-q', '-f', config], port);
  return port;
}

/** Runs nghttpd, which speaks nothing but HTTP/2, with a folder of files. */
export async function startNghttpd(
  t: Test,
  path: string,
  files: Readonly<Record<string, string | Buffer>> = { 'index.html': 'hello' },
): Promise<number> {
  const root = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  const port = await freePort();
  await serve(t, path, ['--no-tls', '--address=127.0.0.1', '-d', root, `${port}`], port);
  return port;
}
