/** A message as it was on the wire, its body freed of the framing. */
export interface HttpMessage {
  /** Start line and header lines in their order, exactly as received. */
  readonly head: readonly string[];
  readonly body: Buffer;
  readonly trailers: readonly string[];
  readonly complete: boolean;
}

export interface ParsedMessages {
  readonly messages: readonly HttpMessage[];
  /** What follows the last message: a tunnel, or bytes that make no message. */
  readonly rest: Buffer;
}

export type Framing =
  | { readonly kind: 'none' | 'chunked' | 'untilClose' | 'tunnel' }
  | { readonly kind: 'length'; readonly bytes: number };

/**
 * Splits what a proxy sent into messages. Deliberately simple and independent of the code under test: it is
 * given the whole input again with every read, and hides nothing that it does not understand.
 *
 * @param framingOf how the body of the message with this head and position is framed
 * @param ended whether the sender has closed, which completes a body without other framing
 */
export function parseMessages(
  input: Buffer,
  ended: boolean,
  framingOf: (head: readonly string[], index: number) => Framing,
): ParsedMessages {
  const messages: HttpMessage[] = [];
  let offset = 0;
  for (;;) {
    const headEnd = input.indexOf('\r\n\r\n', offset);
    if (headEnd < 0) return { messages, rest: input.subarray(offset) };
    const head = linesOf(input.subarray(offset, headEnd));
    const bodyStart = headEnd + 4;
    const framing = framingOf(head, messages.length);
    const taken = takeBody(input.subarray(bodyStart), framing, ended);
    messages.push({ head, ...taken });
    offset = bodyStart + taken.length;
    const lastOne = framing.kind === 'tunnel' || framing.kind === 'untilClose';
    if (!taken.complete || lastOne) return { messages, rest: input.subarray(offset) };
  }
}

/** The value of the first header of that name, trimmed. */
export function headerOf(head: readonly string[], name: string): string | undefined {
  const prefix = `${name}:`;
  const line = head.find((each, index) => index > 0 && each.toLowerCase().startsWith(prefix));
  return line?.slice(prefix.length).trim();
}

/** How the headers say that a body is framed, if they do. */
export function declaredFraming(head: readonly string[]): Framing | undefined {
  if (headerOf(head, 'transfer-encoding')?.toLowerCase().endsWith('chunked') === true) {
    return { kind: 'chunked' };
  }
  const length = headerOf(head, 'content-length');
  return length === undefined ? undefined : { kind: 'length', bytes: Number(length) };
}

interface TakenBody {
  readonly body: Buffer;
  readonly trailers: readonly string[];
  readonly complete: boolean;
  readonly length: number;
}

function takeBody(input: Buffer, framing: Framing, ended: boolean): TakenBody {
  switch (framing.kind) {
    case 'none':
    case 'tunnel':
      return { body: Buffer.alloc(0), trailers: [], complete: true, length: 0 };
    case 'untilClose':
      return { body: input, trailers: [], complete: ended, length: input.length };
    case 'length': {
      const body = input.subarray(0, framing.bytes);
      const complete = body.length === framing.bytes;
      return { body, trailers: [], complete, length: body.length };
    }
    case 'chunked':
      return takeChunks(input);
  }
}

function takeChunks(input: Buffer): TakenBody {
  const chunks: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const lineEnd = input.indexOf('\r\n', offset);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(latin1(input, offset, lineEnd), 16);
    if (Number.isNaN(size)) break;
    if (size === 0) return takeTrailers(input, lineEnd + 2, chunks);
    const start = lineEnd + 2;
    chunks.push(input.subarray(start, start + size));
    if (input.length < start + size + 2) break;
    offset = start + size + 2;
  }
  return { body: Buffer.concat(chunks), trailers: [], complete: false, length: input.length };
}

function takeTrailers(input: Buffer, start: number, chunks: readonly Buffer[]): TakenBody {
  const body = Buffer.concat(chunks);
  if (latin1(input, start, start + 2) === '\r\n') {
    return { body, trailers: [], complete: true, length: start + 2 };
  }
  const end = input.indexOf('\r\n\r\n', start);
  if (end < 0) return { body, trailers: [], complete: false, length: input.length };
  return { body, trailers: linesOf(input.subarray(start, end)), complete: true, length: end + 4 };
}

function linesOf(block: Buffer): string[] {
  return block.toString('latin1').split('\r\n');
}

function latin1(input: Buffer, start: number, end: number): string {
  return input.toString('latin1', start, end);
}
