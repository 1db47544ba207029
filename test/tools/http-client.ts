import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Question {
  readonly port?: number;
  readonly socketPath?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Without one, each request has a connection of its own. */
  readonly agent?: Agent;
}

const TIMEOUT_MS = 10_000;

/** One connection that is used again and again. */
export function keepAliveAgent(t: { teardown: (run: () => void) => void }): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  return agent;
}

/** Asks a server on the loopback interface and reads the whole answer. Rejects when there is none. */
export function ask(question: Question): Promise<Asked> {
  const { port, socketPath, path = '/', method = 'GET', headers = {}, body, agent } = question;
  return new Promise((resolve, reject) => {
    const asked = request({
      ...(socketPath === undefined ? { host: '127.0.0.1', port } : { socketPath }),
      path,
      method,
      headers: { ...headers },
      agent: agent ?? false,
      timeout: TIMEOUT_MS,
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`no answer to ${method} ${path}`)));
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('latin1'),
        });
      });
    });
    asked.end(body);
  });
}
