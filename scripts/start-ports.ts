import { createServer } from 'node:net';
import { type PortName, portFlags } from './start-options.ts';

/**
 * Says of every port that cannot be listened on why, and which flag moves it. Nothing stays bound,
 * so another program may still come first; then the one that wanted the port tells.
 */
export async function portProblems(
  ports: ReadonlyMap<PortName, number>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const users = new Map<number, PortName>();
  for (const [name, port] of ports) {
    const other = users.get(port);
    users.set(port, name);
    const flag = `--${portFlags[name]}`;
    if (other !== undefined) {
      problems.push(
        `port ${port} is for ${other} already, so ${name} needs another: ${flag} <port>`,
      );
      continue;
    }
    // Only the gateway is open to other machines.
    const code = await bindError(port, name === 'gateway' ? '0.0.0.0' : '127.0.0.1');
    if (code === 'EADDRINUSE') {
      problems.push(`port ${port} for ${name} is taken; choose another with ${flag} <port>`);
    } else if (code !== undefined) {
      problems.push(
        `port ${port} for ${name} cannot be used (${code}); choose another with ${flag} <port>`,
      );
    }
  }
  return problems;
}

function bindError(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
