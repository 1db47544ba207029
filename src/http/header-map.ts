import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import { casedLine, type HeaderCasing, type PreservedCasing } from '#http/header-casing.ts';
import { type HeaderSet, highBit, lowBit } from '#http/header-set.ts';
import { http1Line } from '#http/http1-line.ts';
import {
  type HeaderId,
  headerIdOf,
  knownHeaderNames,
  UNKNOWN_HEADER,
} from '#http/known-headers.ts';
import { NO_TEXT, TextSpans } from '#http/text-spans.ts';

const REMOVED: HeaderId = -1;
/* A pooled map that had more fields, or a longer head, forgets their names and values at once. */
const KEPT_FIELDS_MAX = 32;
const KEPT_TEXT_MAX = 4096;

/** Takes the fields of a map one after the other: another map, or a codec that writes them. */
export interface FieldSink {
  /** A field that came over HTTP/2 and that nobody changed. */
  appendField(field: HeaderField): void;
  /** Any other one. */
  appendKnown(id: HeaderId, name: string, value: string): void;
}

/**
 * The header fields of one message, in order, names in lower case, values as latin1 strings (one
 * character per byte, so that any legal byte survives).
 *
 * A map that was parsed from HTTP/1.1 keeps the head as one string and remembers where each field
 * lies in it. Fields that nobody touches are never cut out of it: they are forwarded as the runs of
 * text they came in, which is what makes forwarding twenty headers as cheap as forwarding five.
 * One that came over HTTP/2 keeps the fields of the decoder's table, which the encoder knows again.
 * Maps are pooled: one is valid until its stream is destroyed, and whoever needs it longer copies it.
 */
export class HeaderMap implements FieldSink {
  /** How the names of this message were spelt, where that is to be kept. */
  casing: PreservedCasing | undefined = undefined;
  /** The head as text, names already in lower case; empty for a map that was built here. */
  #text = '';
  #count = 0;
  #live = 0;
  /** One bit for each known header that was ever added: a clear bit answers `get` at once. */
  #seenLow = 0;
  #seenHigh = 0;
  /** Whether a known header was parsed more than once. */
  #hasRepeats = false;
  /** Where the fields lie in the text; made for the first head that is parsed. */
  #spans: TextSpans | undefined = undefined;
  /** For each entry, which header it is. */
  readonly #ids: HeaderId[] = [];
  readonly #names: (string | undefined)[] = [];
  readonly #values: (string | undefined)[] = [];
  /** Entries below `#fieldsEnd` that are still what HTTP/2 brought; undefined for all others. */
  #fields: (HeaderField | undefined)[] = [];
  #fieldsEnd = 0;

  /** How many header fields there are. */
  get size(): number {
    return this.#live;
  }

  /** Empties the map for its next message. */
  clear(): void {
    this.casing = undefined;
    // Names and values that were cut out of a large head would keep it alive.
    if (this.#count > KEPT_FIELDS_MAX || this.#text.length > KEPT_TEXT_MAX) {
      this.#names.length = 0;
      this.#values.length = 0;
    }
    this.#text = '';
    if (this.#fieldsEnd > 0) this.#forgetFields();
    this.#count = 0;
    this.#live = 0;
    this.#seenLow = 0;
    this.#seenHigh = 0;
    this.#hasRepeats = false;
  }

  #forgetFields(): void {
    const fields = this.#fields;
    for (let index = 0; index < this.#fieldsEnd; index++) fields[index] = undefined;
    if (fields.length > KEPT_FIELDS_MAX) fields.length = 0;
    this.#fieldsEnd = 0;
  }

  /**
   * For the reader of an empty map: takes the first `count` fields as its own, which have to be
   * there and to be the only ones. Gives back an array without any.
   */
  adoptFields(
    fields: (HeaderField | undefined)[],
    count: number,
    seenLow: number,
    seenHigh: number,
  ): (HeaderField | undefined)[] {
    const empty = this.#fields;
    this.#fields = fields;
    this.#fieldsEnd = count;
    this.#count = count;
    this.#live = count;
    this.#seenLow = seenLow;
    this.#seenHigh = seenHigh;
    return empty;
  }

  /** For the parser: the text that the spans of `addSpan` refer to. */
  setText(text: string): void {
    this.#text = text;
  }

  /**
   * For the parser: a field that lies in the text. `isVerbatim`: `nameStart..lineEnd` reads exactly
   * `name: value CRLF`; other fields are written out anew when they are forwarded.
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
    this.#spans ??= new TextSpans();
    const end = isVerbatim ? lineEnd : NO_TEXT;
    this.#spans.set(index, nameStart, nameLength, valueStart, valueEnd, end);
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
      const id = this.#idAt(index);
      if (id <= UNKNOWN_HEADER || table[id] !== 1) continue;
      for (let later = index + 1; later < this.#count; later++) {
        if (this.#idAt(later) !== id) continue;
        const joined = `${this.#valueAt(index)},${this.#valueAt(later)}`;
        this.#replaceAt(index, this.#nameAt(index), joined);
        this.#removeAt(later);
      }
    }
  }

  /** The first value of a known header. */
  getKnown(id: HeaderId): string | undefined {
    if (!this.#saw(id)) return undefined;
    const index = this.#indexOfKnown(id);
    return index < 0 ? undefined : this.#valueAt(index);
  }

  hasKnown(id: HeaderId): boolean {
    return this.#saw(id) && this.#indexOfKnown(id) >= 0;
  }

  /** Whether a header of the set was ever added; false for most messages and most sets. */
  mayHaveAny(set: HeaderSet): boolean {
    return (this.#seenLow & set.low) !== 0 || (this.#seenHigh & set.high) !== 0;
  }

  /** How many fields there are of a known header. */
  countKnown(id: HeaderId): number {
    if (!this.#saw(id)) return 0;
    let found = 0;
    for (let index = 0; index < this.#count; index++) if (this.#idAt(index) === id) found++;
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
    this.#spans?.setChanged(index);
    this.#names[index] = name;
    this.#values[index] = value;
  }

  /** Adds a field as it is, with its never-indexed mark. */
  appendField(field: HeaderField): void {
    const { name, value, isNeverIndexed } = field;
    // Among lines of text another line is cheaper, unless it would lose the mark.
    if (this.#text !== '' && !isNeverIndexed) return this.appendKnown(name.id, name.text, value);
    const index = this.#count++;
    this.#live++;
    this.#see(name.id);
    this.#putField(index, field);
  }

  /** Makes a field of a known header the only one of it, in the place of the first one. */
  setField(field: HeaderField): void {
    const { name, value } = field;
    if (this.#text !== '') return this.setKnown(name.id, name.text, value);
    const index = this.#saw(name.id) ? this.#indexOfKnown(name.id) : -1;
    if (index < 0) return this.appendField(field);
    for (let later = index + 1; later < this.#count; later++) {
      if (this.#idAt(later) === name.id) this.#removeAt(later);
    }
    this.#putField(index, field);
  }

  #putField(index: number, field: HeaderField): void {
    this.#fields[index] = field;
    if (index >= this.#fieldsEnd) this.#fieldsEnd = index + 1;
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
      if (this.#idAt(index) !== id) continue;
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
      if (this.#idAt(index) === REMOVED) continue;
      if (predicate(this.#nameAt(index), this.#valueAt(index))) this.#removeAt(index);
    }
  }

  forEach(visit: (name: string, value: string) => void): void {
    for (let index = 0; index < this.#count; index++) {
      if (this.#idAt(index) !== REMOVED) visit(this.#nameAt(index), this.#valueAt(index));
    }
  }

  /** `forEach` for those who want all that is known of a field, and no closure. */
  copyTo(sink: FieldSink): void {
    const fields = this.#fields;
    const fieldsEnd = this.#fieldsEnd;
    for (let index = 0; index < fieldsEnd; index++) {
      const field = fields[index];
      if (field !== undefined) sink.appendField(field);
      else this.#copyText(index, sink);
    }
    for (let index = fieldsEnd; index < this.#count; index++) this.#copyText(index, sink);
  }

  #copyText(index: number, sink: FieldSink): void {
    const id = this.#ids[index] as HeaderId;
    if (id !== REMOVED) sink.appendKnown(id, this.#nameAt(index), this.#valueAt(index));
  }

  /** The sum of the lengths of all names and values, in bytes (Envoy's `HeaderMap::byteSize`). */
  get byteSize(): number {
    let bytes = 0;
    for (let index = 0; index < this.#count; index++) {
      if (this.#idAt(index) === REMOVED) continue;
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
    const text = this.#text;
    const spans = this.#spans;
    let out = '';
    let runStart = NO_TEXT;
    let runEnd = NO_TEXT;
    for (let index = 0; index < this.#count; index++) {
      const id = this.#idAt(index);
      if (id === REMOVED) continue;
      const isField = spans === undefined || this.#fieldAt(index) !== undefined;
      const lineEnd = isField ? NO_TEXT : spans.lineEnd(index);
      if (lineEnd === NO_TEXT) {
        if (runStart !== NO_TEXT) out += text.substring(runStart, runEnd);
        runStart = NO_TEXT;
        out += http1Line(id, this.#nameAt(index), this.#valueAt(index));
        continue;
      }
      const lineStart = (spans as TextSpans).lineStart(index);
      if (lineStart !== runEnd || runStart === NO_TEXT) {
        if (runStart !== NO_TEXT) out += text.substring(runStart, runEnd);
        runStart = lineStart;
      }
      runEnd = lineEnd;
    }
    return runStart === NO_TEXT ? out : out + text.substring(runStart, runEnd);
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
    other.copyTo(this);
  }

  #see(id: HeaderId): void {
    this.#seenLow |= lowBit(id);
    this.#seenHigh |= highBit(id);
  }

  #saw(id: HeaderId): boolean {
    return ((this.#seenLow & lowBit(id)) | (this.#seenHigh & highBit(id))) !== 0;
  }

  #isNamed(index: number, id: HeaderId, name: string): boolean {
    if (this.#idAt(index) !== id) return false;
    return id !== UNKNOWN_HEADER || this.#unknownIsNamed(index, name);
  }

  #unknownIsNamed(index: number, name: string): boolean {
    const known = this.#fieldAt(index)?.name.text ?? this.#names[index];
    if (known !== undefined) return known === name;
    return this.#spans?.isNamed(index, this.#text, name) === true;
  }

  #indexOfUnknown(name: string, from: number): number {
    for (let index = from; index < this.#count; index++) {
      if (this.#idAt(index) === UNKNOWN_HEADER && this.#unknownIsNamed(index, name)) return index;
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
    this.#forgetField(index);
    this.#live--;
  }

  #replaceAt(index: number, name: string, value: string): void {
    this.#ids[index] = this.#idAt(index);
    this.#names[index] = name;
    this.#values[index] = value;
    this.#spans?.setChanged(index);
    this.#forgetField(index);
  }

  #forgetField(index: number): void {
    if (index < this.#fieldsEnd) this.#fields[index] = undefined;
  }

  #fieldAt(index: number): HeaderField | undefined {
    return index < this.#fieldsEnd ? this.#fields[index] : undefined;
  }

  #idAt(index: number): HeaderId {
    return this.#fieldAt(index)?.name.id ?? (this.#ids[index] as HeaderId);
  }

  /** The first entry of a header that was seen, -1 if there is none any more. */
  #indexOfKnown(id: HeaderId): number {
    const fieldsEnd = this.#fieldsEnd;
    for (let index = 0; index < fieldsEnd; index++) if (this.#idAt(index) === id) return index;
    const index = this.#ids.indexOf(id, fieldsEnd);
    return index < this.#count ? index : -1;
  }

  #nameAt(index: number): string {
    const field = this.#fieldAt(index);
    if (field !== undefined) return field.name.text;
    const known = this.#names[index];
    if (known !== undefined) return known;
    const id = this.#ids[index] as HeaderId;
    const spans = this.#spans as TextSpans;
    const name =
      id > UNKNOWN_HEADER ? (knownHeaderNames[id] as string) : spans.name(index, this.#text);
    this.#names[index] = name;
    return name;
  }

  #valueAt(index: number): string {
    const field = this.#fieldAt(index);
    if (field !== undefined) return field.value;
    const known = this.#values[index];
    if (known !== undefined) return known;
    const value = (this.#spans as TextSpans).value(index, this.#text);
    this.#values[index] = value;
    return value;
  }
}
