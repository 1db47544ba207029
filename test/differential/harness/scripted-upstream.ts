import { createServer, type Server, type Socket } from 'node:net';
import { declaredFraming, type ParsedMessages, parseMessages } from './http-message.ts';
import { observedMessage, shownBytes, type UpstreamObservation } from './observation.ts';
import { ScriptedSocket } from './scripted-socket.ts';
import type { Reply, UpstreamStep } from './upstream-script.ts';

/** Longer than any run of the table. */
const CONNECTION_LIFETIME_MS = 3_600_000;

/** A fake upstream on a free port of the loopback address. */
export class ScriptedUpstream {
  readonly #server: Server;
  readonly #script: ReplyScript;
  readonly #connections: UpstreamConnection[] = [];

  constructor(replies: readonly Reply[]) {
    this.#script = new ReplyScript(replies);
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#connections.push(new UpstreamConnection(socket, this.#script));
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

  observation(): readonly UpstreamObservation[] {
    return this.#connections.map((each) => each.observation());
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    for (const each of this.#connections) each.destroy();
    await closed;
  }
}

/** Hands out the replies in the order in which connections and requests arrive. */
class ReplyScript {
  readonly #replies: readonly Reply[];
  #next = 0;

  constructor(replies: readonly Reply[]) {
    this.#replies = replies;
  }

  forConnection(): Reply | undefined {
    return this.#peek()?.after === 'connection' ? this.#take() : undefined;
  }

  forRequest(): Reply | undefined {
    return this.#take();
  }

  #peek(): Reply | undefined {
    return this.#replies[Math.min(this.#next, this.#replies.length - 1)];
  }

  #take(): Reply | undefined {
    const reply = this.#peek();
    this.#next += 1;
    return reply;
  }
}

class UpstreamConnection {
  readonly peerPort: number;
  readonly #connection: ScriptedSocket;
  readonly #script: ReplyScript;
  /** The request whose reply is under way or done. */
  #serving = 0;
  #tunnelOffset: number | undefined;

  constructor(socket: Socket, script: ReplyScript) {
    this.peerPort = socket.remotePort ?? 0;
    this.#script = script;
    this.#connection = new ScriptedSocket(socket);
    void this.#serve();
  }

  observation(): UpstreamObservation {
    const { messages, rest } = this.#parsed();
    return {
      requests: messages.map(observedMessage),
      ...(rest.length > 0 ? { rest: shownBytes(rest) } : {}),
      end: this.#end(),
    };
  }

  destroy(): void {
    this.#connection.socket.destroy();
  }

  #end(): UpstreamObservation['end'] {
    if (this.#connection.endedHere) return 'closed by the upstream';
    return this.#connection.peerEnded ? 'closed by the proxy' : 'open';
  }

  async #serve(): Promise<void> {
    await this.#perform(this.#script.forConnection()?.steps ?? []);
    while (this.#tunnelOffset === undefined && (await this.#request(false))) {
      const reply = this.#script.forRequest();
      if (reply?.after !== 'request' || (await this.#request(true))) {
        await this.#perform(reply?.steps ?? []);
      }
      this.#serving += 1;
    }
    if (this.#connection.peerEnded) this.#connection.socket.end();
  }

  /**
   * Waits for the request under way, its head or all of it, for as long as the connection lives; false when
   * it closed before.
   */
  async #request(complete: boolean): Promise<boolean> {
    const there = () => {
      const message = this.#parsed().messages[this.#serving];
      return message !== undefined && (!complete || message.complete);
    };
    const over = () => there() || this.#connection.peerEnded || this.#connection.endedHere;
    await this.#connection.until(over, CONNECTION_LIFETIME_MS);
    return there();
  }

  async #perform(steps: readonly UpstreamStep[]): Promise<void> {
    for (const step of steps) {
      if (step.do === 'receiveRequest') await this.#request(true);
      else if (step.do === 'echo') this.#echo();
      else await this.#connection.perform(step);
    }
  }

  #echo(): void {
    const { rest } = this.#parsed();
    const { socket, received } = this.#connection;
    this.#tunnelOffset = received.length - rest.length;
    if (rest.length > 0) socket.write(rest);
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('end', () => socket.end());
  }

  #parsed(): ParsedMessages {
    const { received, peerEnded } = this.#connection;
    const tunnel = this.#tunnelOffset ?? received.length;
    const framing = (head: readonly string[]) => declaredFraming(head) ?? { kind: 'none' as const };
    const parsed = parseMessages(received.subarray(0, tunnel), peerEnded, framing);
    return { ...parsed, rest: Buffer.concat([parsed.rest, received.subarray(tunnel)]) };
  }
}
