import { createServer, type Server, type Socket } from 'node:net';
import { Http2Endpoint } from './http2-endpoint.ts';
import type { Http2Reply, Http2Step, Http2UpstreamScript } from './http2-script.ts';
import type { Http2Observation } from './observation.ts';
import { ScriptedSocket } from './scripted-socket.ts';

/** Longer than any run of the table. */
const CONNECTION_LIFETIME_MS = 3_600_000;

/** A fake upstream that speaks HTTP/2 without TLS on a free port of the loopback address. */
export class ScriptedHttp2Upstream {
  readonly #server: Server;
  readonly #script: Http2UpstreamScript;
  readonly #showsSettings: boolean;
  readonly #connections: Http2UpstreamConnection[] = [];
  #repliesGiven = 0;

  constructor(script: Http2UpstreamScript, showsSettings: boolean) {
    this.#script = script;
    this.#showsSettings = showsSettings;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const openings = script.onConnection ?? [];
      const opening = openings[Math.min(this.#connections.length, openings.length - 1)] ?? [];
      const connection = new Http2UpstreamConnection(socket, script, opening, () =>
        this.#nextReply(),
      );
      this.#connections.push(connection);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The ports that the proxy has connected from. */
  get peerPorts(): readonly number[] {
    return this.#connections.map((each) => each.peerPort);
  }

  observation(): readonly Http2Observation[] {
    return this.#connections.map((each) => each.observation(this.#showsSettings));
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    for (const each of this.#connections) each.destroy();
    await closed;
  }

  #nextReply(): Http2Reply | undefined {
    const { replies } = this.#script;
    const reply = replies[Math.min(this.#repliesGiven, replies.length - 1)];
    this.#repliesGiven += 1;
    return reply;
  }
}

class Http2UpstreamConnection {
  readonly peerPort: number;
  readonly #connection: ScriptedSocket;
  readonly #endpoint: Http2Endpoint;
  readonly #nextReply: () => Http2Reply | undefined;
  readonly #served = new Set<number>();

  constructor(
    socket: Socket,
    script: Http2UpstreamScript,
    opening: readonly Http2Step[],
    nextReply: () => Http2Reply | undefined,
  ) {
    this.peerPort = socket.remotePort ?? 0;
    this.#nextReply = nextReply;
    this.#connection = new ScriptedSocket(socket);
    this.#endpoint = new Http2Endpoint(this.#connection, false, script.http2);
    void this.#open(opening);
    void this.#serve();
  }

  observation(showsSettings: boolean): Http2Observation {
    return { ...this.#endpoint.observation(showsSettings), end: this.#end() };
  }

  destroy(): void {
    this.#connection.socket.destroy();
  }

  #end(): Http2Observation['end'] {
    if (this.#connection.endedHere) return 'closed by the upstream';
    return this.#connection.peerEnded ? 'closed by the proxy' : 'open';
  }

  async #open(steps: readonly Http2Step[]): Promise<void> {
    for (const step of steps) await this.#endpoint.perform(step);
  }

  /** Gives every stream its reply, all streams side by side, as long as the connection lives. */
  async #serve(): Promise<void> {
    const isOver = () => this.#connection.peerEnded || this.#connection.endedHere;
    while (!isOver()) {
      const next = () =>
        this.#endpoint.streams.find(
          (each) => !this.#served.has(each) && this.#endpoint.has(each, 'head'),
        );
      await this.#connection.until(() => next() !== undefined || isOver(), CONNECTION_LIFETIME_MS);
      const stream = next();
      if (stream === undefined) continue;
      this.#served.add(stream);
      void this.#answer(stream, this.#nextReply());
    }
    if (this.#connection.peerEnded) this.#connection.socket.end();
  }

  async #answer(stream: number, reply: Http2Reply | undefined): Promise<void> {
    if (reply === undefined) return;
    if (reply.after === 'request') {
      await this.#endpoint.perform({ do: 'receiveEnd' }, stream, CONNECTION_LIFETIME_MS);
    }
    for (const step of reply.steps) {
      if (!(await this.#endpoint.perform(step, stream))) return;
    }
  }
}
