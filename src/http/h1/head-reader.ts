import {
  type HeadKind,
  type HeadOutcome,
  HeadParser,
  type NameKeeper,
} from '#http/h1/head-parser.ts';
import { CR } from '#http/h1/octets.ts';
import { PartialHead } from '#http/h1/partial-head.ts';
import type { HeaderMap } from '#http/header-map.ts';

/** Reads heads from reads of any size: one that arrives in pieces is put together here. */
export class HeadReader {
  readonly parser: HeadParser;
  /** Where the spans of a head lie that is complete or refused; to be let go of after use. */
  source: Buffer | undefined = undefined;
  /** After a complete head: the first octet of the present read that is not part of it. */
  used = 0;
  #partial: PartialHead | undefined = undefined;

  constructor(kind: HeadKind, headBytesMax: number, headersMax: number) {
    this.parser = new HeadParser(kind, headBytesMax, headersMax);
  }

  /** Whether a message began: more was read than the blank lines that may stand before one. */
  get hasBegun(): boolean {
    const { headStart } = this.parser;
    const partial = this.#partial;
    return partial !== undefined && headStart < partial.length && partial.bytes[headStart] !== CR;
  }

  /** Reads (more of) a head from `bytes[start..end)`. */
  read(
    bytes: Buffer,
    start: number,
    end: number,
    headers: HeaderMap,
    names?: NameKeeper,
  ): HeadOutcome {
    if (this.#partial !== undefined) return this.#readOn(bytes, start, end, headers);
    const { parser } = this;
    parser.begin(start, names);
    const outcome = parser.parse(bytes, end, headers);
    if (outcome === 'incomplete') {
      this.#partial = new PartialHead();
      this.#partial.append(bytes, start, end);
      parser.shift(-start);
      return outcome;
    }
    this.source = bytes;
    this.used = parser.headEnd;
    return outcome;
  }

  #readOn(bytes: Buffer, start: number, end: number, headers: HeaderMap): HeadOutcome {
    const { parser } = this;
    const partial = this.#partial as PartialHead;
    const before = partial.length;
    partial.append(bytes, start, end);
    const outcome = parser.parse(partial.bytes, partial.length, headers);
    if (outcome === 'incomplete') return outcome;
    this.#partial = undefined;
    this.source = partial.bytes;
    // What follows the head is read where it lies.
    this.used = start + parser.headEnd - before;
    parser.release();
    return outcome;
  }
}
