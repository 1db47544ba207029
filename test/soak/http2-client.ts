import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerSeed, BodyCheck, bodyBytes, pathOf, type Target, uploadSeed } from './body.ts';
import type { Findings } from './findings.ts';
import type { Pace } from './pace.ts';
import type { Choices } from './random.ts';

/** What all HTTP/2 clients of a run share. */
export interface Http2SoakRun {
  readonly port: number;
  readonly pace: Pace;
  readonly findings: Findings;
  readonly isOver: () => boolean;
}

/** How a stream ended. */
export interface StreamEnd {
  readonly status: number;
  readonly code: number;
  readonly check: BodyCheck;
  readonly text: string;
  readonly trailers: IncomingHttpHeaders;
}

/** So long a stream may stand still. */
const STILL_LIMIT_MS = 15_000;
const TEXT_MAX = 200;

let requests = 0;

/** One connection of a client that knows what every answer has to be. */
export class Http2SoakConnection {
  readonly #session: ClientHttp2Session;
  readonly #run: Http2SoakRun;
  /** The proxy is closing: what it has not begun may be refused. */
  #isDraining = false;
  #isClosed = false;
  readonly #statuses = new WeakMap<ClientHttp2Stream, number>();

  constructor(run: Http2SoakRun, settings: { readonly initialWindowSize?: number } = {}) {
    this.#run = run;
    this.#session = connect(`http://127.0.0.1:${run.port}`, { settings });
    this.#session.on('error', () => undefined);
    this.#session.on('goaway', () => {
      this.#isDraining = true;
    });
    this.#session.once('close', () => {
      this.#isClosed = true;
    });
  }

  get isUsable(): boolean {
    return !this.#isDraining && !this.#isClosed && !this.#session.destroyed;
  }

  newTarget(kind: string, length: number): Target {
    return { route: kind === 'silent' ? 'hurried' : 'soak', kind, length, id: `h${requests++}` };
  }

  /** Begins a request; undefined where the connection has just been closed. */
  begin(target: Target, method = 'GET', hasBody = false): ClientHttp2Stream | undefined {
    if (!this.isUsable) return undefined;
    try {
      const stream = this.#session.request(
        { ':path': pathOf(target), ':method': method, te: 'trailers', 'x-soak': target.id },
        { endStream: !hasBody },
      );
      stream.on('error', () => undefined);
      stream.on('response', (headers) => this.#statuses.set(stream, headers[':status'] ?? 0));
      return stream;
    } catch {
      return undefined;
    }
  }

  /** Waits for the end of a stream; what comes of the body is compared with what it has to be. */
  async end(stream: ClientHttp2Stream, target: Target): Promise<StreamEnd> {
    const check = new BodyCheck(answerSeed(target));
    let text = '';
    let trailers: IncomingHttpHeaders = {};
    stream.on('trailers', (fields) => {
      trailers = fields;
    });
    const patience = this.#giveUpLater(stream, target);
    stream.on('data', (chunk: Buffer) => {
      patience.refresh();
      check.add(chunk);
      if (text.length < TEXT_MAX) text += chunk.toString('latin1');
    });
    stream.on('drain', () => patience.refresh());
    stream.resume();
    if (!stream.destroyed) await new Promise((resolve) => stream.once('close', resolve));
    clearTimeout(patience);
    const status = this.#statuses.get(stream) ?? 0;
    return { status, code: stream.rstCode, check, text, trailers };
  }

  /** Small windows make many round trips, which take their time where others use the processor as well. */
  #giveUpLater(stream: ClientHttp2Stream, target: Target): NodeJS.Timeout {
    const giveUp = setTimeout(() => {
      this.#run.findings.wrong(`nothing moved of ${pathOf(target)} for ${STILL_LIMIT_MS} ms`);
      stream.close(constants.NGHTTP2_CANCEL);
    }, STILL_LIMIT_MS);
    return giveUp.unref();
  }

  /** A whole exchange that has to succeed, unless the proxy was about to close. */
  async ask(target: Target): Promise<void> {
    const stream = this.begin(target);
    if (stream === undefined) return;
    this.judge(target, await this.end(stream, target));
  }

  async upload(target: Target, choices: Choices): Promise<void> {
    const stream = this.begin(target, 'POST', true);
    if (stream === undefined) return;
    const ended = this.end(stream, target);
    const body = bodyBytes(uploadSeed(target), 0, target.length);
    for (const piece of choices.cut(body, choices.between(1, 5))) {
      if (stream.destroyed) break;
      if (!stream.write(piece)) await drained(stream);
      if (choices.chance(0.3)) await sleep(choices.between(1, 30));
    }
    stream.end();
    this.judge(target, await ended);
  }

  judge(target: Target, end: StreamEnd): void {
    const { findings } = this.#run;
    const wrong = wrongness(target, end);
    if (wrong === undefined) {
      findings.tally('answers complete');
      findings.tally(`answers ${end.status}`);
    } else if (!this.isUsable && end.code !== 0 && end.status === 0) {
      findings.tally('refused by a closing connection');
    } else findings.wrong(`${pathOf(target)}: ${wrong}`);
  }

  leave(): void {
    this.#session.close();
    // Streams under way end first.
    setTimeout(() => this.#session.destroy(), STILL_LIMIT_MS).unref();
  }

  /** Leaves without a word, whatever is under way. */
  vanish(): void {
    this.#session.destroy();
  }
}

function drained(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('drain', resolve);
    stream.once('close', resolve);
  });
}

/** What is wrong with an answer, by what was asked for. */
function wrongness({ kind, length }: Target, end: StreamEnd): string | undefined {
  const { status, code, check, text, trailers } = end;
  const seen = `${status}, code ${code}, ${check.length} bytes`;
  switch (kind) {
    case 'plain':
    case 'drip':
    case 'trailers':
      if (status !== 200 || code !== 0 || check.length !== length) return seen;
      if (check.firstWrong !== undefined) return `byte ${check.firstWrong} is wrong`;
      if (kind === 'trailers' && trailers['x-checked'] !== 'yes') return 'no trailers';
      return undefined;
    case 'upload':
      return status === 200 && text === `${length} right` ? undefined : `${seen}: ${text}`;
    case 'empty':
      return status === 204 && code === 0 ? undefined : seen;
    case 'failing':
      return status === 500 && text === 'failed' ? undefined : seen;
    case 'early':
      return status === 403 && text === 'no' ? undefined : seen;
    case 'reset':
      // Either half of it comes, and a reset, or the reset is all that the proxy saw.
      return (status === 200 && code !== 0) || status === 502 || status === 503 ? undefined : seen;
    case 'silent':
      return status === 504 ? undefined : seen;
    default:
      return `no such kind: ${kind}`;
  }
}
