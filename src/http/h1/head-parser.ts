import { latin1 } from '#base/latin1.ts';
import {
  COLON,
  CR,
  DEL,
  DOT,
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
  KNOWN_NAME_WORDS,
  knownNameLengths,
  knownNameWords,
  UNKNOWN_HEADER,
} from '#http/known-headers.ts';

/** What can be wrong with a head. The connection turns it into Envoy's status and details. */
export type HeadDefect =
  | 'invalidStartLine'
  | 'invalidMethod'
  | 'invalidTarget'
  | 'invalidVersion'
  /** A request of HTTP/0.9, or of a version that is well-formed and neither 1.0 nor 1.1. */
  | 'unsupportedVersion'
  | 'invalidStatus'
  | 'invalidHeaderName'
  /** A control octet in a target, a name or a value. */
  | 'invalidCharacter'
  | 'obsoleteLineFolding'
  | 'bareLineEnd'
  | 'headTooLarge'
  | 'tooManyHeaders';

export type HeadOutcome = 'complete' | 'incomplete' | HeadDefect;

/** Blank lines that are skipped before a request line (RFC 9112 section 2.2). */
const BLANK_LINES_MAX = 4;
const NO_BYTES = Buffer.alloc(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
const HTTP_SLASH = [0x48, 0x54, 0x54, 0x50, 0x2f];
/** `HTTP/`, a digit, a dot, a digit. */
const VERSION_LENGTH = 8;

export type HeadKind = 'request' | 'response' | 'trailers';

/** Keeps how names were spelt, for those who want to forward them so. */
export interface NameKeeper {
  keepName(name: string): void;
}

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

  readonly #kind: HeadKind;
  readonly #headBytesMax: number;
  readonly #headersMax: number;
  #lineStart = 0;
  #isStartLineRead = false;
  #blankLines = 0;
  #headerCount = 0;
  #fieldsStart = 0;
  /** White space around values beyond the one space after the colon; a missing one counts -1. */
  #oddBlanks = 0;
  /** How far an unfinished line was searched for its end, so that no octet is searched twice. */
  #searchedTo = 0;

  #viewed: Buffer = NO_BYTES;
  #view: DataView = NO_VIEW;
  #names: NameKeeper | undefined = undefined;

  constructor(kind: HeadKind, headBytesMax: number, headersMax: number) {
    this.#kind = kind;
    this.#headBytesMax = headBytesMax;
    this.#headersMax = headersMax;
  }

  /**
   * Prepares for a message that begins at `start`. With `names`, every name is told to it as it is
   * spelt.
   */
  begin(start: number, names?: NameKeeper): void {
    this.headStart = start;
    this.#names = names;
    this.#lineStart = start;
    this.#searchedTo = start;
    // A trailer section is a head without its start line.
    this.#isStartLineRead = this.#kind === 'trailers';
    this.#blankLines = 0;
    this.#headerCount = 0;
    this.#oddBlanks = 0;
  }

  /** Of a complete head: names, values, and three octets a field for the colon and CRLF. */
  get fieldBytes(): number {
    return this.headEnd - 2 - this.#fieldsStart - this.#headerCount - this.#oddBlanks;
  }

  /** Lets go of the buffer that was read last. */
  release(): void {
    this.#viewed = NO_BYTES;
    this.#view = NO_VIEW;
    this.#names = undefined;
  }

  /** The bytes of an unfinished head were moved by `delta` (to the front of another buffer). */
  shift(delta: number): void {
    this.headStart += delta;
    this.#lineStart += delta;
    this.#fieldsStart += delta;
    this.#searchedTo += delta;
    this.methodEnd += delta;
    this.targetStart += delta;
    this.targetEnd += delta;
    this.reasonStart += delta;
    this.reasonEnd += delta;
  }

  /** Reads on; `bytes[headStart..end)` must hold the message so far. */
  parse(bytes: Buffer, end: number, headers: HeaderMap): HeadOutcome {
    if (this.#searchedTo > this.#lineStart && !this.#hasLineEnd(bytes, end)) {
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

  /** Whether an unfinished line goes on to its end in what is new. */
  #hasLineEnd(bytes: Buffer, end: number): boolean {
    for (let at = this.#searchedTo; at < end; at++) if (bytes[at] === LF) return true;
    return false;
  }

  #incomplete(end: number): HeadOutcome {
    if (end - this.headStart >= this.#headBytesMax) return 'headTooLarge';
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
    if (at === this.targetStart || bytes[at] !== SP) return targetDefect(bytes, at, end);
    this.targetEnd = at;
    const versionAt = at + 1;
    const outcome = this.#version(bytes, versionAt, end);
    if (outcome !== 'complete') return outcome;
    at = versionAt + VERSION_LENGTH;
    if (at >= end) return 'incomplete';
    if (bytes[at] !== CR) return bytes[at] === LF ? 'bareLineEnd' : 'invalidVersion';
    return this.#endOfStartLine(bytes, at, end);
  }

  /** Reads `HTTP/1.x`. */
  #version(bytes: Buffer, start: number, end: number): HeadOutcome {
    const available = Math.min(end - start, HTTP_SLASH.length);
    for (let index = 0; index < available; index++) {
      if (bytes[start + index] !== HTTP_SLASH[index]) return 'invalidVersion';
    }
    if (start + VERSION_LENGTH > end) return 'incomplete';
    const major = (bytes[start + 5] as number) - 0x30;
    const minor = (bytes[start + 7] as number) - 0x30;
    if (major === 1 && bytes[start + 6] === DOT && (minor === 1 || minor === 0)) {
      this.minorVersion = minor;
      return 'complete';
    }
    const isWellFormed = isDigit(major) && bytes[start + 6] === DOT && isDigit(minor);
    if (!isWellFormed || this.#kind === 'response') return 'invalidVersion';
    // An octet more tells `HTTP/1.2` from `HTTP/1.23`.
    if (start + VERSION_LENGTH >= end) return 'incomplete';
    return bytes[start + VERSION_LENGTH] === CR ? 'unsupportedVersion' : 'invalidVersion';
  }

  #statusLine(bytes: Buffer, start: number, end: number): HeadOutcome {
    const version = this.#version(bytes, start, end);
    if (version !== 'complete') return version;
    let at = start + VERSION_LENGTH;
    if (at >= end) return 'incomplete';
    if (bytes[at] !== SP) return 'invalidVersion';
    at++;
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
    this.#fieldsStart = carriageReturn + 2;
    this.#isStartLineRead = true;
    return 'complete';
  }

  #fields(bytes: Buffer, end: number, headers: HeaderMap): HeadOutcome {
    const { headStart } = this;
    const names = this.#names;
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
        // A name that is to be kept stays as it is until its line is complete.
        if (lower !== octet && names === undefined) bytes[at] = lower;
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
      if (bytes[at] !== CR) return bytes[at] === LF ? 'bareLineEnd' : 'invalidCharacter';
      if (bytes[at + 1] !== LF) return 'bareLineEnd';
      let valueEnd = at;
      while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1] as number)) valueEnd--;
      if (++this.#headerCount > this.#headersMax) return 'tooManyHeaders';
      if (names !== undefined) keepAndLower(bytes, lineStart, nameLength, names);
      const isVerbatim =
        valueEnd === at && valueStart === afterColon + 1 && bytes[afterColon] === SP;
      if (!isVerbatim) this.#oddBlanks += at - afterColon - (valueEnd - valueStart) - 1;
      headers.addSpan(
        identify(view, lineStart, nameLength, hash),
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
    return bytes[at] === LF ? 'bareLineEnd' : 'invalidCharacter';
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
  return isControl(octet) ? 'invalidCharacter' : 'invalidHeaderName';
}

/** Why a target ends where it does; a line that ends with it is the whole of HTTP/0.9. */
function targetDefect(bytes: Buffer, at: number, end: number): HeadOutcome {
  const octet = bytes[at] as number;
  if (octet === LF) return 'bareLineEnd';
  if (octet !== CR) return isControl(octet) ? 'invalidCharacter' : 'invalidTarget';
  if (at + 1 >= end) return 'incomplete';
  return bytes[at + 1] === LF ? 'unsupportedVersion' : 'bareLineEnd';
}

/** A control octet other than white space and line ends. */
function isControl(octet: number): boolean {
  return (octet < SP && octet !== HTAB && octet !== CR) || octet === DEL;
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}

function keepAndLower(bytes: Buffer, start: number, length: number, names: NameKeeper): void {
  names.keepName(latin1(bytes, start, start + length));
  for (let at = start; at < start + length; at++) {
    bytes[at] = TOKEN_LOWER[bytes[at] as number] as number;
  }
}

/** Keeps the octets of a name that are in the last, incomplete word of four. */
const TAIL_MASKS = [0, 0xff, 0xffff, 0xffffff];

/**
 * The id of the name at `start`; the hash only says which known name it could be. At least three
 * octets follow the name.
 */
function identify(view: DataView, start: number, length: number, hash: number): number {
  const id = headerIdByHash[(hash ^ (hash >>> 10)) & HEADER_HASH_MASK] as number;
  if (id === UNKNOWN_HEADER || knownNameLengths[id] !== length) return UNKNOWN_HEADER;
  let word = id * KNOWN_NAME_WORDS;
  const tail = start + (length & ~3);
  for (let at = start; at < tail; at += 4) {
    if (view.getInt32(at, true) !== knownNameWords[word++]) return UNKNOWN_HEADER;
  }
  const mask = TAIL_MASKS[length & 3] as number;
  if (mask === 0 || (view.getInt32(tail, true) & mask) === knownNameWords[word]) return id;
  return UNKNOWN_HEADER;
}
