import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { root } from './markdown.ts';

/** What a reader's shell would find: the pinned Node first. */
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
};

/** Takes the place of `npx proa`, which needs a checkout as its working directory. */
const launcher = join(root, 'bin/proa');

/** Free ports for those that a document shows, both ways. */
export class PortMap {
  readonly #ports: ReadonlyMap<number, number>;

  private constructor(ports: ReadonlyMap<number, number>) {
    this.#ports = ports;
  }

  static async of(...shown: readonly number[]): Promise<PortMap> {
    const ports = new Map<number, number>();
    for (const port of shown) {
      let free = randomPort();
      while ([...ports.values()].includes(free) || !(await isFree(free))) free = randomPort();
      ports.set(port, free);
    }
    return new PortMap(ports);
  }

  get(shown: number): number {
    const port = this.#ports.get(shown);
    if (port === undefined) throw new Error(`port ${shown} is not in the map`);
    return port;
  }

  /** A text of the document with the ports that are in use now. */
  toReal(text: string): string {
    return text.replaceAll(/\b\d{4,5}\b/g, (number) =>
      String(this.#ports.get(Number(number)) ?? number),
    );
  }

  toShown(text: string): string {
    const shown = new Map([...this.#ports].map(([from, to]) => [to, from]));
    return text.replaceAll(/\b\d{4,5}\b/g, (number) => String(shown.get(Number(number)) ?? number));
  }
}

/** What a command prints, both streams together, and its exit code. */
export function runShown(command: string, cwd: string): { output: string; status: number | null } {
  const real = command.replace(/^npx proa\b/, `'${launcher}'`);
  const { stdout, status } = spawnSync('sh', ['-c', `{ ${real}; } 2>&1`], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { output: stdout, status };
}

/** Runs a command until the test ends it. */
export function startShown(
  t: { teardown: (end: () => void) => void },
  command: string,
  cwd: string,
): ChildProcess {
  const child = spawn('sh', ['-c', `exec ${command}`], { cwd, env, stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

/** Below the ports that the system gives to connections, so that none of them takes it meanwhile. */
function randomPort(): number {
  return 20_000 + Math.floor(Math.random() * 10_000);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const isOpen = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return isOpen;
}

export async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const answer = await Promise.race([
    once(socket, 'connect').then(() => true),
    new Promise<boolean>((resolve) => socket.on('error', () => resolve(false))),
  ]).catch(() => false);
  socket.destroy();
  return answer;
}

/** Takes out of a text what is another one each time. */
export function withoutTimes(text: string): string {
  return text
    .replaceAll('\r', '')
    .replaceAll(/^date: .*$/gm, 'date: …')
    .replaceAll(/^x-envoy-upstream-service-time: \d+$/gm, 'x-envoy-upstream-service-time: …');
}
