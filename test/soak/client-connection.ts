import { connect, type Socket } from 'node:net';
import { answerSeed, BodyCheck, type Target } from './body.ts';
import type { Findings } from './findings.ts';
import { type ResponseEvents, type ResponseHead, ResponseReader } from './response-reader.ts';

/** How the answer to one request came out. */
export type Outcome =
  /** The whole answer, and it is the right one. */
  | { readonly kind: 'complete'; readonly head: ResponseHead; readonly text: string }
  /** The beginning of an answer, then the end of the connection. */
  | { readonly kind: 'broken'; readonly head: ResponseHead }
  /** The connection ended before an answer. */
  | { readonly kind: 'none' };

interface Waiting {
  readonly method: string;
  readonly target: Target | undefined;
  readonly resolve: (outcome: Outcome) => void;
  readonly check: BodyCheck | undefined;
  head: ResponseHead | undefined;
  text: string;
}

/** Without a byte either way for so long, something hangs. */
const SILENCE_LIMIT_MS = 20_000;
const TEXT_LIMIT = 2_000;

/** One connection to the proxy, which holds every answer against the request that it belongs to. */
export class ClientConnection implements ResponseEvents {
  readonly #socket: Socket;
  readonly #findings: Findings;
  readonly #what: string;
  readonly #reader: ResponseReader;
  readonly #waiting: Waiting[] = [];
  readonly closed: Promise<void>;
  #isClosed = false;
  #isOver = false;
  /** Answers are not expected to be good, nor to be answers. */
  isGarbage = false;
  /** The answer said that it was the last. */
  #isLast = false;
  informational = 0;
  receivedBytes = 0;
  onTunnelBytes: (bytes: Buffer) => void = () => undefined;

  constructor(at: number | string, what: string, findings: Findings) {
    this.#what = what;
    this.#findings = findings;
    this.#reader = new ResponseReader(this);
    this.#socket =
      typeof at === 'number'
        ? connect({ port: at, host: '127.0.0.1', noDelay: true })
        : connect(at);
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.#onClose();
        resolve();
      });
    });
    this.#socket.on('data', (bytes: Buffer) => {
      this.receivedBytes += bytes.length;
      this.#reader.feed(bytes);
    });
    this.#socket.on('error', () => undefined);
    this.#socket.setTimeout(SILENCE_LIMIT_MS, () => {
      this.wrong('nothing happened for 20 seconds');
      this.#socket.destroy();
    });
  }

  /** Whether another request may be sent. */
  get isUsable(): boolean {
    return !this.#isClosed && !this.#isOver && !this.#isLast;
  }

  wrong(what: string, target = this.#waiting[0]?.target): void {
    const about = target === undefined ? '' : ` (${target.route}/${target.kind}/${target.length})`;
    this.#findings.wrong(`${this.#what}: ${what}${about}`);
  }

  /** Resolves when the bytes are on their way, or the connection is gone. */
  async send(bytes: string | Buffer): Promise<void> {
    if (this.#isClosed || !this.#socket.writable) return;
    const hasRoom = this.#socket.write(
      typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
    );
    if (hasRoom) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.once('drain', done);
      this.#socket.once('close', done);
    });
  }

  /** The answer to the next request; to be called in the order of the requests. */
  answer(method: string, target?: Target): Promise<Outcome> {
    if (this.#isClosed) return Promise.resolve({ kind: 'none' });
    return new Promise((resolve) => {
      const check = target === undefined ? undefined : new BodyCheck(answerSeed(target));
      this.#waiting.push({ method, target, resolve, check, head: undefined, text: '' });
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends our side; the other may go on. */
  end(): void {
    this.#socket.end();
  }

  /** Leaves, whatever comes: with a reset, or as a program does that was ended. */
  leave(isReset: boolean): void {
    this.#isOver = true;
    if (isReset) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  // What the reader says.

  nextMethod(): string | undefined {
    return this.#waiting[0]?.method ?? (this.isGarbage ? 'GET' : undefined);
  }

  onInformational(): void {
    this.informational++;
  }

  onHead(head: ResponseHead): void {
    const waiting = this.#waiting[0];
    if (head.headers.get('connection')?.toLowerCase() === 'close') this.#isLast = true;
    if (waiting === undefined) return;
    waiting.head = head;
    const id = head.headers.get('x-soak-id');
    if (id !== undefined && waiting.target !== undefined && id !== waiting.target.id) {
      this.wrong(`got the answer to another request, ${id}`);
    }
    if (head.status === 101) this.#waiting.shift()?.resolve({ kind: 'complete', head, text: '' });
  }

  onBody(bytes: Buffer): void {
    const waiting = this.#waiting[0];
    if (waiting === undefined) return;
    if (waiting.head?.headers.has('x-soak-id')) waiting.check?.add(bytes);
    else if (waiting.text.length < TEXT_LIMIT) waiting.text += bytes.toString('latin1');
  }

  onComplete(): void {
    const waiting = this.#waiting.shift();
    const head = waiting?.head;
    if (waiting === undefined || head === undefined) return;
    this.#checkBody(waiting, head);
    waiting.resolve({ kind: 'complete', head, text: waiting.text });
  }

  onTunnel(bytes: Buffer): void {
    this.onTunnelBytes(bytes);
  }

  onDefect(what: string): void {
    if (!this.isGarbage) this.wrong(`${what} was received`);
    this.#socket.destroy();
  }

  #checkBody({ target, check, method }: Waiting, { headers, status }: ResponseHead): void {
    if (target === undefined || check === undefined || !headers.has('x-soak-id')) return;
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
    if (check.firstWrong !== undefined) {
      this.wrong(`the body is wrong at ${check.firstWrong}`, target);
    } else if (check.length !== (hasBody ? target.length : 0)) {
      this.wrong(`the body has ${check.length} bytes`, target);
    }
  }

  #onClose(): void {
    this.#isClosed = true;
    if (!this.#isOver) this.#reader.end();
    for (const { resolve, head } of this.#waiting.splice(0)) {
      resolve(head === undefined ? { kind: 'none' } : { kind: 'broken', head });
    }
  }
}
