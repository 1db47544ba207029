import {
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

export type StreamHandler = (
  stream: ServerHttp2Stream,
  headers: Readonly<Record<string, string | string[] | undefined>>,
) => void;

/** An HTTP/2 server of Node's on the loopback interface, which remembers its connections. */
export class Http2TestServer {
  readonly server: Http2Server;
  /** All that there were, in the order in which they came. */
  readonly sessions: ServerHttp2Session[] = [];

  private constructor(settings: Settings, onStream: StreamHandler) {
    this.server = createServer({ settings });
    this.server.on('session', (session) => {
      this.sessions.push(session);
      session.on('error', () => {});
    });
    this.server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      onStream(stream as ServerHttp2Stream, headers as Parameters<StreamHandler>[1]);
    });
  }

  static async start(
    t: { teardown: (run: () => void) => void },
    onStream: StreamHandler,
    settings: Settings = {},
  ): Promise<Http2TestServer> {
    const started = new Http2TestServer(settings, onStream);
    t.teardown(() => started.stop());
    await new Promise<void>((resolve) => started.server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    for (const session of this.sessions) session.destroy();
    this.server.close();
  }
}

/** Everything that comes on a stream. */
export async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
