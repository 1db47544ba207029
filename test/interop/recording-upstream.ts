import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type NodeMessage, readWithNode } from '../http/h1/llhttp.ts';

/** A request as it reached the server behind the proxies. */
export interface ArrivedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly isComplete: boolean;
}

interface RecordedConnection {
  readonly chunks: Buffer[];
  /** When each of its requests began, in the order of all requests. */
  readonly beginnings: number[];
}

/** Answers everything with 200, and remembers what came, read by a parser that is nobody's here. */
export class RecordingUpstream {
  readonly port: number;
  readonly #connections: readonly RecordedConnection[];

  constructor(port: number, connections: readonly RecordedConnection[]) {
    this.port = port;
    this.#connections = connections;
  }

  /** The requests whose path contains a mark, in the order in which they began. */
  arrived(mark: string): ArrivedRequest[] {
    return this.#connections
      .flatMap(({ chunks, beginnings }) =>
        requestsIn(Buffer.concat(chunks)).map((request, index) => {
          return { request, beginning: beginnings[index] ?? 0 };
        }),
      )
      .filter(({ request }) => request.path.includes(mark))
      .sort((one, other) => one.beginning - other.beginning)
      .map(({ request }) => request);
  }

  /** What was not HTTP, if anything. */
  get errors(): string[] {
    return this.#connections.flatMap(({ chunks }) => {
      const { error } = readWithNode('request', Buffer.concat(chunks));
      return error === undefined ? [] : [error];
    });
  }
}

export async function recordingUpstream(t: {
  teardown: (run: () => void) => void;
}): Promise<RecordingUpstream> {
  const connections: RecordedConnection[] = [];
  const sockets = new Set<Socket>();
  let begun = 0;
  const server = createServer((socket) => {
    const chunks: Buffer[] = [];
    const beginnings: number[] = [];
    let answered = 0;
    connections.push({ chunks, beginnings });
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const { messages } = readWithNode('request', Buffer.concat(chunks));
      while (beginnings.length < messages.length) beginnings.push(begun++);
      const complete = messages.filter(({ isComplete }) => isComplete).length;
      for (; answered < complete; answered++) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      }
    });
  });
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new RecordingUpstream((server.address() as AddressInfo).port, connections);
}

function requestsIn(bytes: Buffer): ArrivedRequest[] {
  return readWithNode('request', bytes).messages.map((message: NodeMessage) => ({
    method: message.method,
    // HAProxy passes the absolute form on.
    path: message.url.replace(/^[a-z]+:\/\/[^/]*/i, ''),
    body: message.body,
    isComplete: message.isComplete,
  }));
}
