/** What the reader of one connection's answers tells. */
export interface ResponseEvents {
  /** The method of the request that the next answer belongs to; nothing when there is none. */
  nextMethod(): string | undefined;
  onInformational(status: number): void;
  onHead(head: ResponseHead): void;
  onBody(bytes: Buffer): void;
  onComplete(): void;
  /** After `onHead` with status 101: the bytes of the other protocol. */
  onTunnel(bytes: Buffer): void;
  /** What came is no HTTP, or an answer that nobody asked for. */
  onDefect(what: string): void;
}

export interface ResponseHead {
  readonly status: number;
  readonly version: string;
  /** By lower-case name; repeated ones are joined by ", ". */
  readonly headers: ReadonlyMap<string, string>;
}

type State =
  | { readonly kind: 'head' }
  | { readonly kind: 'length'; rest: number }
  | { readonly kind: 'chunkSize' }
  | { readonly kind: 'chunk'; rest: number }
  | { readonly kind: 'trailers' }
  | { readonly kind: 'untilClose' }
  | { readonly kind: 'tunnel' }
  | { readonly kind: 'dead' };

const HEAD_LIMIT = 65_536;
const STATUS_LINE = /^HTTP\/(1\.[01]) (\d{3}) ?([^\r\n]*)$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;
const CHUNK_SIZE = /^[0-9a-fA-F]{1,8}$/;

/** Reads HTTP/1.1 answers, strictly, one byte wrong is a defect. Independent of Proa's own codec. */
export class ResponseReader {
  readonly #events: ResponseEvents;
  #state: State = { kind: 'head' };
  #waiting: Buffer = Buffer.alloc(0);

  constructor(events: ResponseEvents) {
    this.#events = events;
  }

  /** Whether nothing of an answer was read that has not ended. */
  get isBetweenAnswers(): boolean {
    return this.#state.kind === 'head' && this.#waiting.length === 0;
  }

  feed(bytes: Buffer): void {
    let rest = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    this.#waiting = Buffer.alloc(0);
    while (rest.length > 0 && this.#state.kind !== 'dead') {
      const used = this.#step(rest);
      if (used === 0) {
        this.#waiting = Buffer.from(rest);
        if (rest.length > HEAD_LIMIT) this.#fail('an endless line');
        return;
      }
      rest = rest.subarray(used);
    }
  }

  /** The connection ended. */
  end(): void {
    if (this.#state.kind === 'untilClose') this.#complete();
    this.#state = { kind: 'dead' };
  }

  /** Reads one element and returns how many bytes it took; 0 when more are needed. */
  #step(bytes: Buffer): number {
    const state = this.#state;
    switch (state.kind) {
      case 'head':
        return this.#readHead(bytes);
      case 'chunkSize':
        return this.#readChunkSize(bytes);
      case 'trailers':
        return this.#readTrailer(bytes);
      case 'length': {
        const part = bytes.subarray(0, state.rest);
        state.rest -= part.length;
        this.#events.onBody(part);
        if (state.rest === 0) this.#complete();
        return part.length;
      }
      case 'chunk': {
        if (state.rest === 0) return this.#readChunkEnd(bytes);
        const part = bytes.subarray(0, state.rest);
        state.rest -= part.length;
        this.#events.onBody(part);
        return part.length;
      }
      case 'untilClose':
        this.#events.onBody(bytes);
        return bytes.length;
      case 'tunnel':
        this.#events.onTunnel(bytes);
        return bytes.length;
      case 'dead':
        return bytes.length;
    }
  }

  #readHead(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
    const found = STATUS_LINE.exec(first);
    if (found === null) return this.#fail(`the status line ${JSON.stringify(first)}`);
    const headers = new Map<string, string>();
    for (const line of lines) {
      const field = FIELD.exec(line);
      if (field === null) return this.#fail(`the header line ${JSON.stringify(line)}`);
      const name = (field[1] as string).toLowerCase();
      const before = headers.get(name);
      headers.set(name, before === undefined ? (field[2] as string) : `${before}, ${field[2]}`);
    }
    const head: ResponseHead = { version: found[1] as string, status: Number(found[2]), headers };
    this.#begin(head);
    return end + 4;
  }

  #begin(head: ResponseHead): void {
    const { status, headers } = head;
    if (status < 200 && status !== 101) return this.#events.onInformational(status);
    const method = this.#events.nextMethod();
    if (method === undefined) {
      this.#fail(`an answer that nobody asked for: ${status}`);
      return;
    }
    const length = headers.get('content-length');
    const isChunked = headers.get('transfer-encoding') !== undefined;
    if (isChunked && (length !== undefined || headers.get('transfer-encoding') !== 'chunked')) {
      this.#fail('ambiguous framing');
      return;
    }
    this.#events.onHead(head);
    if (status === 101) this.#state = { kind: 'tunnel' };
    else if (method === 'HEAD' || status === 204 || status === 304) this.#complete();
    else if (isChunked) this.#state = { kind: 'chunkSize' };
    else if (length === undefined) this.#state = { kind: 'untilClose' };
    else if (!/^\d+$/.test(length)) this.#fail(`the content-length ${length}`);
    else if (length === '0') this.#complete();
    else this.#state = { kind: 'length', rest: Number(length) };
  }

  #readChunkSize(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n');
    if (end < 0) return 0;
    const text = bytes.toString('latin1', 0, end);
    if (!CHUNK_SIZE.test(text)) return this.#fail(`the chunk size ${JSON.stringify(text)}`);
    const size = Number.parseInt(text, 16);
    this.#state = size === 0 ? { kind: 'trailers' } : { kind: 'chunk', rest: size };
    return end + 2;
  }

  #readChunkEnd(bytes: Buffer): number {
    if (bytes.length < 2) return 0;
    if (bytes[0] !== 13 || bytes[1] !== 10) return this.#fail('no line end after a chunk');
    this.#state = { kind: 'chunkSize' };
    return 2;
  }

  #readTrailer(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n');
    if (end < 0) return 0;
    if (end === 0) this.#complete();
    return end + 2;
  }

  #complete(): void {
    this.#state = { kind: 'head' };
    this.#events.onComplete();
  }

  #fail(what: string): number {
    this.#state = { kind: 'dead' };
    this.#events.onDefect(what);
    return 1;
  }
}
