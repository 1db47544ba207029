import { casedLine, type HeaderCasing, type PreservedCasing } from '#http/header-casing.ts';
import { BITS_PER_WORD, type HeaderSet } from '#http/header-set.ts';
import { http1Line } from '#http/http1-line.ts';
import {
  type HeaderId,
  headerIdOf,
  knownHeaderNames,
  UNKNOWN_HEADER,
} from '#http/known-headers.ts';

const REMOVED: HeaderId = -1;
/** No verbatim text: the entry was set or changed here and is written out from its name and value. */
const NO_TEXT = -1;
/** A pooled map that had more fields than this forgets their names and values at once. */
const KEPT_FIELDS_MAX = 32;

/** Sees the fields of a map one after the other; an object, so that no function is made for it. */
export interface FieldVisitor {
  /** `isNeverIndexed`: no hop may put this field into an HPACK table. */
  visitField(id: HeaderId, name: string, value: string, isNeverIndexed: boolean): void;
}

/**
 * The header fields of one message, in order, names in lower case, values as latin1 strings (one
 * character per byte, so that any legal byte survives).
 *
 * A map that was parsed from HTTP/1.1 keeps the head as one string and remembers where each field
 * lies in it. Fields that nobody touches are never cut out of it: they are forwarded as the runs of
 * text they came in, which is what makes forwarding twenty headers as cheap as forwarding five.
 * Maps are pooled: one is valid until its stream is destroyed, and whoever needs it longer copies it.
 */
export class HeaderMap {
  /** How the names of this message were spelt, where that is to be kept. */
  casing: PreservedCasing | undefined = undefined;
  /** The head as text, names already in lower case; empty for a map that was built here. */
  protected text = '';
  #count = 0;
  #live = 0;
  /** One bit for each known header that was ever added: a clear bit answers `get` at once. */
  #seenLow = 0;
  #seenHigh = 0;
  /** Whether a known header was parsed more than once. */
  #hasRepeats = false;
  /* For each entry: which header it is, and where name, value and line lie in `text`. */
  readonly #ids: HeaderId[] = [];
  readonly #lineStarts: number[] = [];
  readonly #lineEnds: number[] = [];
  readonly #nameLengths: number[] = [];
  readonly #valueStarts: number[] = [];
  readonly #valueEnds: number[] = [];
  readonly #names: (string | undefined)[] = [];
  readonly #values: (string | undefined)[] = [];
  /** Which entries came with HPACK's never-indexed mark; made when the first one does. */
  #neverIndexed: Set<number> | undefined;

  /** How many header fields there are. */
  get size(): number {
    return this.#live;
  }

  /** Empties the map for its next message. */
  clear(): void {
    this.casing = undefined;
    this.text = '';
    // Names and values that were cut out of a large head would keep it alive.
    if (this.#count > KEPT_FIELDS_MAX) {
      this.#names.length = 0;
      this.#values.length = 0;
    }
    this.#count = 0;
    this.#live = 0;
    this.#seenLow = 0;
    this.#seenHigh = 0;
    this.#hasRepeats = false;
    this.#neverIndexed?.clear();
  }

  /** For the parser: the text that the spans of `addSpan` refer to. */
  setText(text: string): void {
    this.text = text;
  }

  /**
   * For the parser: a field that lies in the text. `lineStart..lineEnd` must read exactly
   * `name: value CRLF`, or `lineStart` is -1 and the field is written out anew when forwarded;
   * then `nameStart` says where its name is.
   */
  addSpan(
    id: HeaderId,
    isVerbatim: boolean,
    nameStart: number,
    nameLength: number,
    valueStart: number,
    valueEnd: number,
    lineEnd: number,
  ): void {
    const index = this.#count++;
    this.#live++;
    if (id !== UNKNOWN_HEADER) {
      if (this.#saw(id)) this.#hasRepeats = true;
      this.#see(id);
    }
    this.#ids[index] = id;
    this.#lineStarts[index] = nameStart;
    this.#lineEnds[index] = isVerbatim ? lineEnd : NO_TEXT;
    this.#nameLengths[index] = nameLength;
    this.#valueStarts[index] = valueStart;
    this.#valueEnds[index] = valueEnd;
    this.#names[index] = undefined;
    this.#values[index] = undefined;
  }

  /**
   * For readers, after `setText`: joins repeated lines of those headers for which `table` (by id)
   * holds 1.
   */
  joinRepeats(table: Uint8Array): void {
    if (!this.#hasRepeats) return;
    for (let index = 0; index < this.#count; index++) {
      const id = this.#ids[index] as HeaderId;
      if (id <= UNKNOWN_HEADER || table[id] !== 1) continue;
      for (let later = this.#ids.indexOf(id, index + 1); later > 0 && later < this.#count; ) {
        this.#joinAt(index, this.#valueAt(later), this.#neverIndexed?.has(later) === true);
        this.#removeAt(later);
        later = this.#ids.indexOf(id, later + 1);
      }
    }
  }

  /** The first value of a known header. */
  getKnown(id: HeaderId): string | undefined {
    if (!this.#saw(id)) return undefined;
    const index = this.#ids.indexOf(id);
    return index >= 0 && index < this.#count ? this.#valueAt(index) : undefined;
  }

  hasKnown(id: HeaderId): boolean {
    if (!this.#saw(id)) return false;
    const index = this.#ids.indexOf(id);
    return index >= 0 && index < this.#count;
  }

  /** Whether a header of the set was ever added; false for most messages and most sets. */
  mayHaveAny(set: HeaderSet): boolean {
    return (this.#seenLow & set.low) !== 0 || (this.#seenHigh & set.high) !== 0;
  }

  /** How many fields there are of a known header. */
  countKnown(id: HeaderId): number {
    if (!this.#saw(id)) return 0;
    let found = 0;
    for (let index = 0; index < this.#count; index++) if (this.#ids[index] === id) found++;
    return found;
  }

  /** The first value of a header, by its lower-case name. */
  get(name: string): string | undefined {
    const id = headerIdOf(name);
    if (id !== UNKNOWN_HEADER) return this.getKnown(id);
    const index = this.#indexOfUnknown(name, 0);
    return index < 0 ? undefined : this.#valueAt(index);
  }

  has(name: string): boolean {
    const id = headerIdOf(name);
    return id === UNKNOWN_HEADER ? this.#indexOfUnknown(name, 0) >= 0 : this.hasKnown(id);
  }

  /** Every value of a header, in order. */
  getAll(name: string): string[] {
    const found: string[] = [];
    const id = headerIdOf(name);
    for (let index = 0; index < this.#count; index++) {
      if (this.#isNamed(index, id, name)) found.push(this.#valueAt(index));
    }
    return found;
  }

  /** Whether one of the values of a header passes a test; nothing where there is no such header. */
  someValue(id: HeaderId, name: string, passes: (value: string) => boolean): boolean | undefined {
    if (id !== UNKNOWN_HEADER && !this.#saw(id)) return undefined;
    let isThere = false;
    for (let index = 0; index < this.#count; index++) {
      if (!this.#isNamed(index, id, name)) continue;
      if (passes(this.#valueAt(index))) return true;
      isThere = true;
    }
    return isThere ? false : undefined;
  }

  /** All values of a header as one, joined with a comma (RFC 9110 section 5.3). */
  getJoined(name: string): string | undefined {
    const first = this.get(name);
    if (first === undefined) return undefined;
    const all = this.getAll(name);
    return all.length === 1 ? first : all.join(',');
  }

  /** Adds a field at the end, whatever others of its name there are. The name is in lower case. */
  append(name: string, value: string): void {
    this.appendKnown(headerIdOf(name), name, value);
  }

  /** `append` for a caller that knows the id already. */
  appendKnown(id: HeaderId, name: string, value: string): void {
    const index = this.#count++;
    this.#live++;
    this.#see(id);
    this.#ids[index] = id;
    this.#lineStarts[index] = NO_TEXT;
    this.#lineEnds[index] = NO_TEXT;
    this.#names[index] = name;
    this.#values[index] = value;
  }

  /** Adds a value of a known header behind its first one, with a comma, where there is one. */
  joinKnown(id: HeaderId, name: string, value: string, isNeverIndexed: boolean): void {
    if (this.hasKnown(id)) this.#joinAt(this.#ids.indexOf(id), value, isNeverIndexed);
    else this.visitField(id, name, value, isNeverIndexed);
  }

  #joinAt(index: number, value: string, isNeverIndexed: boolean): void {
    const isMarked = isNeverIndexed || this.#neverIndexed?.has(index) === true;
    this.#replaceAt(index, this.#nameAt(index), `${this.#valueAt(index)},${value}`);
    if (isMarked) this.#mark(index);
  }

  /** Makes `value` the only value of a header, in the place of its first one. */
  set(name: string, value: string): void {
    this.setKnown(headerIdOf(name), name, value);
  }

  /** `set` for a caller that knows the id already. */
  setKnown(id: HeaderId, name: string, value: string): void {
    let isPlaced = false;
    if (id === UNKNOWN_HEADER || this.#saw(id)) {
      for (let index = 0; index < this.#count; index++) {
        if (!this.#isNamed(index, id, name)) continue;
        if (isPlaced) this.#removeAt(index);
        else this.#replaceAt(index, name, value);
        isPlaced = true;
      }
    }
    if (!isPlaced) this.appendKnown(id, name, value);
  }

  /** Removes every field of that name; tells whether there was one. */
  remove(name: string): boolean {
    const id = headerIdOf(name);
    return id === UNKNOWN_HEADER ? this.#removeUnknown(name) : this.removeKnown(id);
  }

  removeKnown(id: HeaderId): boolean {
    if (!this.#saw(id)) return false;
    let isRemoved = false;
    for (let index = 0; index < this.#count; index++) {
      if (this.#ids[index] !== id) continue;
      this.#removeAt(index);
      isRemoved = true;
    }
    return isRemoved;
  }

  removeAny(set: HeaderSet): void {
    if (!this.mayHaveAny(set)) return;
    for (const id of set.ids) this.removeKnown(id);
  }

  /** Removes the fields for which the predicate holds. */
  removeIf(predicate: (name: string, value: string) => boolean): void {
    for (let index = 0; index < this.#count; index++) {
      if (this.#ids[index] === REMOVED) continue;
      if (predicate(this.#nameAt(index), this.#valueAt(index))) this.#removeAt(index);
    }
  }

  forEach(visit: (name: string, value: string) => void): void {
    for (let index = 0; index < this.#count; index++) {
      if (this.#ids[index] !== REMOVED) visit(this.#nameAt(index), this.#valueAt(index));
    }
  }

  /** `forEach` for those who want all that is known of a field, and no closure. */
  visit(visitor: FieldVisitor): void {
    for (let index = 0; index < this.#count; index++) {
      const id = this.#ids[index] as HeaderId;
      if (id === REMOVED) continue;
      const isNeverIndexed = this.#neverIndexed?.has(index) === true;
      visitor.visitField(id, this.#nameAt(index), this.#valueAt(index), isNeverIndexed);
    }
  }

  /** The sum of the lengths of all names and values, in bytes (Envoy's `HeaderMap::byteSize`). */
  get byteSize(): number {
    let bytes = 0;
    for (let index = 0; index < this.#count; index++) {
      if (this.#ids[index] === REMOVED) continue;
      bytes += this.#nameAt(index).length + this.#valueAt(index).length;
    }
    return bytes;
  }

  /**
   * All fields as HTTP/1.1 lines, `name: value CRLF` each; untouched runs are taken as they came.
   * Names are written as the message's own casing says, else as `casing`, else in lower case.
   */
  toHttp1Lines(casing?: HeaderCasing): string {
    const wanted = this.casing ?? casing;
    if (wanted !== undefined) return this.#linesIn(wanted);
    let out = '';
    let runStart = NO_TEXT;
    let runEnd = NO_TEXT;
    for (let index = 0; index < this.#count; index++) {
      const id = this.#ids[index] as HeaderId;
      if (id === REMOVED) continue;
      const lineEnd = this.#lineEnds[index] as number;
      if (lineEnd === NO_TEXT) {
        if (runStart !== NO_TEXT) out += this.text.substring(runStart, runEnd);
        runStart = NO_TEXT;
        out += http1Line(id, this.#nameAt(index), this.#valueAt(index));
        continue;
      }
      const lineStart = this.#lineStarts[index] as number;
      if (lineStart !== runEnd || runStart === NO_TEXT) {
        if (runStart !== NO_TEXT) out += this.text.substring(runStart, runEnd);
        runStart = lineStart;
      }
      runEnd = lineEnd;
    }
    return runStart === NO_TEXT ? out : out + this.text.substring(runStart, runEnd);
  }

  #linesIn(casing: HeaderCasing): string {
    let out = '';
    this.forEach((name, value) => {
      out += casedLine(name, value, casing);
    });
    return out;
  }

  /** Copies every field of another map behind those of this one. */
  appendFrom(other: HeaderMap): void {
    other.visit(this);
  }

  /**
   * `appendKnown` with HPACK's never-indexed mark (RFC 7541 section 7.1.3), which goes when the
   * value is set anew.
   */
  visitField(id: HeaderId, name: string, value: string, isNeverIndexed: boolean): void {
    this.appendKnown(id, name, value);
    if (isNeverIndexed) this.#mark(this.#count - 1);
  }

  #mark(index: number): void {
    (this.#neverIndexed ??= new Set()).add(index);
  }

  #see(id: HeaderId): void {
    if (id < BITS_PER_WORD) this.#seenLow |= 1 << id;
    else this.#seenHigh |= 1 << (id - BITS_PER_WORD);
  }

  #saw(id: HeaderId): boolean {
    return id < BITS_PER_WORD
      ? (this.#seenLow & (1 << id)) !== 0
      : (this.#seenHigh & (1 << (id - BITS_PER_WORD))) !== 0;
  }

  #isNamed(index: number, id: HeaderId, name: string): boolean {
    if (this.#ids[index] !== id) return false;
    return id !== UNKNOWN_HEADER || this.#unknownIsNamed(index, name);
  }

  #unknownIsNamed(index: number, name: string): boolean {
    const known = this.#names[index];
    if (known !== undefined) return known === name;
    return (
      this.#nameLengths[index] === name.length &&
      this.text.startsWith(name, this.#lineStarts[index] as number)
    );
  }

  #indexOfUnknown(name: string, from: number): number {
    for (let index = from; index < this.#count; index++) {
      if (this.#ids[index] === UNKNOWN_HEADER && this.#unknownIsNamed(index, name)) return index;
    }
    return -1;
  }

  #removeUnknown(name: string): boolean {
    let index = this.#indexOfUnknown(name, 0);
    if (index < 0) return false;
    for (; index >= 0; index = this.#indexOfUnknown(name, index + 1)) this.#removeAt(index);
    return true;
  }

  #removeAt(index: number): void {
    this.#ids[index] = REMOVED;
    this.#live--;
  }

  #replaceAt(index: number, name: string, value: string): void {
    this.#names[index] = name;
    this.#values[index] = value;
    this.#lineEnds[index] = NO_TEXT;
    this.#neverIndexed?.delete(index);
  }

  #nameAt(index: number): string {
    const known = this.#names[index];
    if (known !== undefined) return known;
    const start = this.#lineStarts[index] as number;
    const id = this.#ids[index] as HeaderId;
    const name =
      id > UNKNOWN_HEADER
        ? (knownHeaderNames[id] as string)
        : this.text.substring(start, start + (this.#nameLengths[index] as number));
    this.#names[index] = name;
    return name;
  }

  #valueAt(index: number): string {
    const known = this.#values[index];
    if (known !== undefined) return known;
    const value = this.text.substring(
      this.#valueStarts[index] as number,
      this.#valueEnds[index] as number,
    );
    this.#values[index] = value;
    return value;
  }
}

/** The fields of a request with Envoy's pseudo-headers; `host` is always in `authority`. */
export class RequestHeaders extends HeaderMap {
  method = '';
  /** Path and query as they stand in the request target; empty for a plain CONNECT. */
  path = '';
  /** Whether no hop may put the path into an HPACK table. */
  isPathNeverIndexed = false;
  scheme = '';
  authority = '';

  override clear(): void {
    super.clear();
    this.method = '';
    this.path = '';
    this.isPathNeverIndexed = false;
    this.scheme = '';
    this.authority = '';
  }
}

export class ResponseHeaders extends HeaderMap {
  /** The status code, 100 to 999. */
  status = 0;

  override clear(): void {
    super.clear();
    this.status = 0;
  }
}
