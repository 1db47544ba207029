import { request } from 'node:http';

export interface AdminResponse {
  readonly status: number;
  /** Status line and headers as received. */
  readonly head: readonly string[];
  readonly body: string;
}

const TIMEOUT_MS = 10_000;

/** Asks the admin address of a proxy on the loopback interface. */
export function askAdmin(port: number, method: string, path: string): Promise<AdminResponse> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: false,
      timeout: TIMEOUT_MS,
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`no answer from the admin page ${path}`)));
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        const headers = response.rawHeaders;
        const lines = headers.flatMap((name, at) =>
          at % 2 === 0 ? [`${name}: ${headers[at + 1] ?? ''}`] : [],
        );
        const head = [`HTTP/1.1 ${status} ${response.statusMessage ?? ''}`, ...lines];
        resolve({ status, head, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    asked.end();
  });
}

/** The port of every listener by its name. */
export async function listenerPorts(adminPort: number): Promise<ReadonlyMap<string, number>> {
  const { body } = await askAdmin(adminPort, 'GET', '/listeners?format=json');
  const { listener_statuses: statuses = [] } = JSON.parse(body) as ListenersPage;
  return new Map(statuses.map((each) => [each.name, each.local_address.socket_address.port_value]));
}

interface ListenersPage {
  readonly listener_statuses?: readonly {
    readonly name: string;
    readonly local_address: { readonly socket_address: { readonly port_value: number } };
  }[];
}

export type Stats = ReadonlyMap<string, number>;

/** Counters and gauges that have been written and match a pattern; histograms and texts are left out. */
export async function readStats(adminPort: number, filter = ''): Promise<Stats> {
  const { body } = await askAdmin(adminPort, 'GET', `/stats?usedonly&filter=${filter}`);
  const stats = new Map<string, number>();
  for (const line of body.split('\n')) {
    const colon = line.lastIndexOf(': ');
    const value = Number(line.slice(colon + 2));
    if (colon > 0 && !Number.isNaN(value)) stats.set(line.slice(0, colon), value);
  }
  return stats;
}
