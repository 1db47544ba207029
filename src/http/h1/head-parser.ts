import {
  COLON,
  CR,
  HTAB,
  IS_FIELD_VALUE,
  IS_TARGET,
  IS_TOKEN,
  LF,
  SP,
  TOKEN_LOWER,
} from '#http/h1/octets.ts';
import type { HeaderMap } from '#http/header-map.ts';
import {
  HEADER_HASH_MASK,
  headerIdByHash,
  knownHeaderNames,
  UNKNOWN_HEADER,
} from '#http/known-headers.ts';

/** What can be wrong with a head. The connection turns it into Envoy's status and details. */
export type HeadDefect =
  | 'invalidStartLine'
  | 'invalidMethod'
  | 'invalidTarget'
  | 'invalidVersion'
  | 'invalidStatus'
  | 'invalidHeaderName'
  | 'invalidHeaderValue'
  | 'obsoleteLineFolding'
  | 'bareLineEnd'
  | 'headTooLarge'
  | 'tooManyHeaders';

export type HeadOutcome = 'complete' | 'incomplete' | HeadDefect;

/** Blank lines that are skipped before a request line (RFC 9112 section 2.2). */
const BLANK_LINES_MAX = 4;
const NO_BYTES = Buffer.alloc(0);
const HTTP_1_DOT = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e];

/**
 * Reads the start line and header fields of one message. It works line by line on bytes that lie
 * together, and lowers the letters of names where they lie, so that the finished head can be
 * forwarded as the text it is. A head that arrives in pieces goes on at its first unfinished line.
 *
 * Strict on purpose (RFC 9112 sections 2.2, 3, 5): CRLF alone ends a line, no white space before
 * the colon, no folding, no control octets. What is refused here cannot be read differently by the
 * next hop.
 */
export class HeadParser {
  /** The message begins here, after skipped blank lines; all spans count from it. */
  headStart = 0;
  /** The first octet after the head, once it is complete. */
  headEnd = 0;
  /** In a request line: where the method ends, and where the target lies. */
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** 0 or 1: the minor version of HTTP/1. */
  minorVersion = 1;
  /** In a status line. */
  status = 0;
  reasonStart = 0;
  reasonEnd = 0;

  readonly #kind: 'request' | 'response';
  readonly #headBytesMax: number;
  readonly #headersMax: number;
  #lineStart = 0;
  #isStartLineRead = false;
  #blankLines = 0;
  #headerCount = 0;
  /** How far an unfinished line was searched for its end, so that no octet is searched twice. */
  #searchedTo = 0;

  #viewed: Buffer = NO_BYTES;
  #view: DataView = new DataView(NO_BYTES.buffer);

  constructor(kind: 'request' | 'response', headBytesMax: number, headersMax: number) {
    this.#kind = kind;
    this.#headBytesMax = headBytesMax;
    this.#headersMax = headersMax;
  }

  /** Prepares for a message that begins at `start`. */
  begin(start: number): void {
    this.headStart = start;
    this.#lineStart = start;
    this.#searchedTo = start;
    this.#isStartLineRead = false;
    this.#blankLines = 0;
    this.#headerCount = 0;
  }

  /** Prepares for a trailer section, which is a head without its start line. */
  beginTrailers(start: number): void {
    this.begin(start);
    this.#isStartLineRead = true;
  }

  /** The bytes of an unfinished head were moved by `delta` (to the front of another buffer). */
  shift(delta: number): void {
    this.headStart += delta;
    this.#lineStart += delta;
    this.#searchedTo += delta;
    this.methodEnd += delta;
    this.targetStart += delta;
    this.targetEnd += delta;
    this.reasonStart += delta;
    this.reasonEnd += delta;
  }

  /** Reads on; `bytes[headStart..end)` must hold the message so far. */
  parse(bytes: Buffer, end: number, headers: HeaderMap): HeadOutcome {
    if (this.#searchedTo > this.#lineStart && bytes.indexOf(LF, this.#searchedTo) === -1) {
      this.#searchedTo = end;
      return this.#incomplete(end);
    }
    while (this.#lineStart < end) {
      if (!this.#isStartLineRead) {
        const outcome = this.#startLine(bytes, end);
        if (outcome === 'incomplete') return this.#incomplete(end);
        if (outcome !== 'complete') return outcome;
        continue;
      }
      const outcome = this.#fields(bytes, end, headers);
      return outcome === 'incomplete' ? this.#incomplete(end) : outcome;
    }
    return this.#incomplete(end);
  }

  #incomplete(end: number): HeadOutcome {
    if (end - this.headStart > this.#headBytesMax) return 'headTooLarge';
    this.#searchedTo = end;
    return 'incomplete';
  }

  /** Reads a blank line to be skipped, or the start line. 'complete' means: the line was read. */
  #startLine(bytes: Buffer, end: number): HeadOutcome {
    const start = this.#lineStart;
    const first = bytes[start];
    if (first === CR && this.#kind === 'request') {
      if (start + 1 >= end) return 'incomplete';
      if (bytes[start + 1] !== LF || ++this.#blankLines > BLANK_LINES_MAX) return 'bareLineEnd';
      this.headStart = start + 2;
      this.#lineStart = start + 2;
      return 'complete';
    }
    return this.#kind === 'request'
      ? this.#requestLine(bytes, start, end)
      : this.#statusLine(bytes, start, end);
  }

  #requestLine(bytes: Buffer, start: number, end: number): HeadOutcome {
    let at = start;
    while (at < end && IS_TOKEN[bytes[at] as number] === 1) at++;
    if (at === end) return 'incomplete';
    if (at === start || bytes[at] !== SP) return 'invalidMethod';
    this.methodEnd = at;
    at++;
    this.targetStart = at;
    while (at < end && IS_TARGET[bytes[at] as number] === 1) at++;
    if (at === end) return 'incomplete';
    if (at === this.targetStart || bytes[at] !== SP) return 'invalidTarget';
    this.targetEnd = at;
    return this.#version(bytes, at + 1, end, CR);
  }

  /** Reads `HTTP/1.x`, what follows it, and for a request line its end. */
  #version(bytes: Buffer, start: number, end: number, follower: number): HeadOutcome {
    const available = Math.min(end - start, HTTP_1_DOT.length);
    for (let index = 0; index < available; index++) {
      if (bytes[start + index] !== HTTP_1_DOT[index]) return 'invalidVersion';
    }
    const minorAt = start + HTTP_1_DOT.length;
    if (minorAt >= end) return 'incomplete';
    const minor = (bytes[minorAt] as number) - 0x30;
    if (minor !== 0 && minor !== 1) return 'invalidVersion';
    this.minorVersion = minor;
    if (minorAt + 1 >= end) return 'incomplete';
    if (bytes[minorAt + 1] !== follower) return 'invalidVersion';
    return follower === CR ? this.#endOfStartLine(bytes, minorAt + 1, end) : 'complete';
  }

  #statusLine(bytes: Buffer, start: number, end: number): HeadOutcome {
    const version = this.#version(bytes, start, end, SP);
    if (version !== 'complete') return version;
    let at = start + HTTP_1_DOT.length + 2;
    if (at + 4 > end) return 'incomplete';
    let status = 0;
    for (const digitsEnd = at + 3; at < digitsEnd; at++) {
      const digit = (bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) return 'invalidStatus';
      status = status * 10 + digit;
    }
    if (status < 100) return 'invalidStatus';
    this.status = status;
    // RFC 9112 section 4 wants the space even before an empty reason; many servers leave it out.
    if (bytes[at] === SP) at++;
    else if (bytes[at] !== CR) return 'invalidStatus';
    this.reasonStart = at;
    while (at < end && IS_FIELD_VALUE[bytes[at] as number] === 1) at++;
    if (at === end) return 'incomplete';
    this.reasonEnd = at;
    if (bytes[at] !== CR) return bytes[at] === LF ? 'bareLineEnd' : 'invalidStatus';
    return this.#endOfStartLine(bytes, at, end);
  }

  #endOfStartLine(bytes: Buffer, carriageReturn: number, end: number): HeadOutcome {
    if (carriageReturn + 1 >= end) return 'incomplete';
    if (bytes[carriageReturn + 1] !== LF) return 'bareLineEnd';
    this.#lineStart = carriageReturn + 2;
    this.#isStartLineRead = true;
    return 'complete';
  }

  #fields(bytes: Buffer, end: number, headers: HeaderMap): HeadOutcome {
    const { headStart } = this;
    const view = this.#viewOf(bytes);
    let lineStart = this.#lineStart;
    for (;;) {
      this.#lineStart = lineStart;
      if (lineStart >= end) return 'incomplete';
      let at = lineStart;
      let octet = bytes[at] as number;
      if (octet === CR) return this.#endOfHead(bytes, at, end);
      // The name: lowered where it lies, hashed on the way.
      let hash = 0;
      let lower = TOKEN_LOWER[octet] as number;
      while (lower !== 0) {
        if (lower !== octet) bytes[at] = lower;
        hash = (Math.imul(hash, 31) + lower) | 0;
        if (++at === end) return 'incomplete';
        octet = bytes[at] as number;
        lower = TOKEN_LOWER[octet] as number;
      }
      if (octet !== COLON || at === lineStart) return nameDefect(octet, at === lineStart);
      const nameLength = at - lineStart;
      // White space around the value is not part of it.
      const afterColon = at + 1;
      at = afterColon;
      while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++;
      const valueStart = at;
      for (const wordsEnd = end - 4; at <= wordsEnd; at += 4) {
        if (hasControlOctet(view.getInt32(at, true))) break;
      }
      while (at < end && IS_FIELD_VALUE[bytes[at] as number] === 1) at++;
      if (at + 1 >= end) return this.#unfinishedValue(bytes, at, end);
      if (bytes[at] !== CR) return bytes[at] === LF ? 'bareLineEnd' : 'invalidHeaderValue';
      if (bytes[at + 1] !== LF) return 'bareLineEnd';
      let valueEnd = at;
      while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1] as number)) valueEnd--;
      if (++this.#headerCount > this.#headersMax) return 'tooManyHeaders';
      const isVerbatim =
        valueEnd === at && valueStart === afterColon + 1 && bytes[afterColon] === SP;
      headers.addSpan(
        identify(bytes, lineStart, nameLength, hash),
        isVerbatim,
        lineStart - headStart,
        nameLength,
        valueStart - headStart,
        valueEnd - headStart,
        at + 2 - headStart,
      );
      lineStart = at + 2;
    }
  }

  /** The same bytes, four at a time; nearly always those of the buffer that all reads share. */
  #viewOf(bytes: Buffer): DataView {
    if (this.#viewed !== bytes) {
      this.#viewed = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#view;
  }

  #unfinishedValue(bytes: Buffer, at: number, end: number): HeadOutcome {
    if (at === end || bytes[at] === CR) return 'incomplete';
    return bytes[at] === LF ? 'bareLineEnd' : 'invalidHeaderValue';
  }

  #endOfHead(bytes: Buffer, carriageReturn: number, end: number): HeadOutcome {
    if (carriageReturn + 1 >= end) return 'incomplete';
    if (bytes[carriageReturn + 1] !== LF) return 'bareLineEnd';
    this.headEnd = carriageReturn + 2;
    if (this.headEnd - this.headStart > this.#headBytesMax) return 'headTooLarge';
    return 'complete';
  }
}

/**
 * Whether one of the four octets of a word is below SP or is DEL, which end or spoil a value. (The
 * usual test for a small octet in a word; exact as a whole, whichever octet it was.)
 */
function hasControlOctet(word: number): boolean {
  const notDel = word ^ 0x7f7f7f7f;
  const isBelowSpace = (word - 0x20202020) & ~word;
  const isDel = (notDel - 0x01010101) & ~notDel;
  return ((isBelowSpace | isDel) & 0x80808080) !== 0;
}

function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

function nameDefect(octet: number, isLineStart: boolean): HeadDefect {
  if (isLineStart && isBlank(octet)) return 'obsoleteLineFolding';
  if (octet === LF) return 'bareLineEnd';
  return 'invalidHeaderName';
}

/** The id of the name at `start`; the hash only says which known name it could be. */
function identify(bytes: Buffer, start: number, length: number, hash: number): number {
  const id = headerIdByHash[(hash ^ (hash >>> 10)) & HEADER_HASH_MASK] as number;
  if (id === UNKNOWN_HEADER) return UNKNOWN_HEADER;
  const name = knownHeaderNames[id] as string;
  if (name.length !== length) return UNKNOWN_HEADER;
  for (let index = 0; index < length; index++) {
    if (bytes[start + index] !== name.charCodeAt(index)) return UNKNOWN_HEADER;
  }
  return id;
}
