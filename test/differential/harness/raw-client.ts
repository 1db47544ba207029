import { connect, type Socket } from 'node:net';
import type { ClientScript, ClientStep } from './client-script.ts';
import {
  declaredFraming,
  type Framing,
  headerOf,
  type ParsedMessages,
  parseMessages,
} from './http-message.ts';
import {
  type ClientObservation,
  type Http2Observation,
  observedMessage,
  shownBytes,
} from './observation.ts';
import { ScriptedSocket } from './scripted-socket.ts';

/** The longest wait for a response or a close; longer than every timeout in the table. */
const STEP_TIMEOUT_MS = 4_000;

/** How long a connection that promised to stay open is watched for a close. */
const OPEN_GRACE_MS = 40;

export interface ClientRun {
  readonly observation: ClientObservation | Http2Observation;
  readonly localAddress: string;
  readonly localPort: number;
}

/** Runs a client script against a local port and says what came back. */
export async function runClient(port: number, script: ClientScript): Promise<ClientRun> {
  const socket = await openConnection(port, script.from ?? '127.0.0.1');
  const { localAddress = '', localPort = 0 } = socket;
  const client = new Client(new ScriptedSocket(socket));
  const timedOut = await client.perform(script.steps);
  const end = await client.finish();
  return {
    localAddress,
    localPort,
    observation: { ...client.observation(), end, ...timedOut },
  };
}

export function openConnection(port: number, localAddress: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

class Client {
  readonly #connection: ScriptedSocket;
  #sent = '';
  #expected = 0;
  #textOffset = 0;

  constructor(connection: ScriptedSocket) {
    this.#connection = connection;
  }

  async perform(steps: readonly ClientStep[]): Promise<{ timedOut?: string }> {
    for (const step of steps) {
      if (!(await this.#step(step))) return { timedOut: step.do };
    }
    return {};
  }

  /** Waits for the close that the last response announced, or a moment for one that none announced. */
  async finish(): Promise<'open' | 'closed'> {
    const { endedHere } = this.#connection;
    if (!endedHere) {
      const timeoutMs = this.#announcedClose() ? STEP_TIMEOUT_MS : OPEN_GRACE_MS;
      await this.#connection.until(() => this.#connection.peerEnded, timeoutMs);
    }
    const end = this.#connection.peerEnded ? 'closed' : 'open';
    if (!endedHere) await this.#connection.perform({ do: 'close' });
    return end;
  }

  observation(): Omit<ClientObservation, 'end'> {
    const { messages, rest } = this.#parsed();
    return {
      responses: messages.map(observedMessage),
      ...(rest.length > 0 ? { rest: shownBytes(rest) } : {}),
    };
  }

  async #step(step: ClientStep): Promise<boolean> {
    switch (step.do) {
      case 'receive':
        this.#expected += step.responses;
        return this.#wait(() => this.#finalResponses() >= this.#expected);
      case 'receiveText':
        return this.#wait(() => this.#findText(step.text));
      case 'receiveClose':
        return this.#connection.until(() => this.#connection.peerEnded, STEP_TIMEOUT_MS);
      case 'send':
        this.#sent += step.bytes;
        await this.#connection.perform(step);
        return true;
      default:
        await this.#connection.perform(step);
        return true;
    }
  }

  /** Waits for a condition, which a close of the proxy makes hopeless. */
  #wait(condition: () => boolean): Promise<boolean> {
    return this.#connection.until(() => condition() || this.#connection.peerEnded, STEP_TIMEOUT_MS);
  }

  #findText(text: string): boolean {
    const at = this.#connection.received.indexOf(text, this.#textOffset, 'latin1');
    if (at < 0) return false;
    this.#textOffset = at + text.length;
    return true;
  }

  #finalResponses(): number {
    return this.#parsed().messages.filter((each) => each.complete && !isInterim(each.head)).length;
  }

  #announcedClose(): boolean {
    const last = this.#parsed().messages.at(-1);
    return last !== undefined && headerOf(last.head, 'connection')?.toLowerCase() === 'close';
  }

  #parsed(): ParsedMessages {
    const methods = [...this.#sent.matchAll(/(?:^|\n)([A-Z]+) [^\r\n]* HTTP\/1\.[01]/g)];
    let answered = 0;
    return parseMessages(this.#connection.received, this.#connection.peerEnded, (head) => {
      const method = methods[answered]?.[1] ?? 'GET';
      if (!isInterim(head)) answered += 1;
      return responseFraming(method, head);
    });
  }
}

function responseFraming(method: string, head: readonly string[]): Framing {
  const status = statusOf(head);
  if (status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)) {
    return { kind: 'tunnel' };
  }
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD')
    return { kind: 'none' };
  return declaredFraming(head) ?? { kind: 'untilClose' };
}

function isInterim(head: readonly string[]): boolean {
  const status = statusOf(head);
  return status >= 100 && status < 200 && status !== 101;
}

function statusOf(head: readonly string[]): number {
  return Number(head[0]?.split(' ')[1]);
}
