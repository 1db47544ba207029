import { latin1 } from '#base/latin1.ts';
import { ChunkedDecoder } from '#http/h1/chunked-decoder.ts';
import type { Framing } from '#http/h1/framing.ts';
import { HeadParser } from '#http/h1/head-parser.ts';
import { PartialHead } from '#http/h1/partial-head.ts';
import { HeaderMap } from '#http/header-map.ts';

/** What hears the body of one message. */
export interface BodySink {
  /** `isLast` is only ever true for bodies of a known length. */
  onBody(bytes: Buffer, isLast: boolean): void;
  /** The end of a chunked body; `trailers` is undefined when there were none. */
  onBodyEnd(trailers: HeaderMap | undefined): void;
  onBodyDefect(defect: string): void;
}

/** Takes the body of one message from the bytes of its connection, whatever its framing. */
export class BodyDecoder {
  readonly #sink: BodySink;
  readonly #headBytesMax: number;
  readonly #headersMax: number;
  #framing: Framing = 'none';
  #remaining = 0;
  #chunks: ChunkedDecoder | undefined = undefined;
  #trailerParser: HeadParser | undefined = undefined;
  #trailers: HeaderMap | undefined = undefined;
  #partial: PartialHead | undefined = undefined;

  get framing(): Framing {
    return this.#framing;
  }

  constructor(sink: BodySink, headBytesMax: number, headersMax: number) {
    this.#sink = sink;
    this.#headBytesMax = headBytesMax;
    this.#headersMax = headersMax;
  }

  begin(framing: Framing, contentLength: number): void {
    this.#framing = framing;
    this.#remaining = contentLength;
    this.#chunks = framing === 'chunked' ? new ChunkedDecoder() : undefined;
    this.#trailerParser = undefined;
    this.#trailers = undefined;
    this.#partial = undefined;
  }

  /** Reads `bytes[start..end)`; returns the first octet that is not part of the body. */
  decode(bytes: Buffer, start: number, end: number): number {
    if (this.#framing === 'chunked') return this.#decodeChunked(bytes, start, end);
    if (this.#framing === 'untilClose') {
      this.#sink.onBody(bytes.subarray(start, end), false);
      return end;
    }
    const to = Math.min(end, start + this.#remaining);
    this.#remaining -= to - start;
    this.#sink.onBody(bytes.subarray(start, to), this.#remaining === 0);
    return to;
  }

  #decodeChunked(bytes: Buffer, start: number, end: number): number {
    if (this.#trailerParser !== undefined) return this.#decodeTrailers(bytes, start, end);
    const chunks = this.#chunks as ChunkedDecoder;
    const outcome = chunks.decode(bytes, start, end, (whole, from, to) =>
      this.#sink.onBody(whole.subarray(from, to), false),
    );
    if (outcome === 'needMore') return end;
    if (outcome !== 'trailers') {
      this.#sink.onBodyDefect(outcome);
      return end;
    }
    // Nearly always there are no trailers and the blank line is already here.
    const at = chunks.position;
    if (at + 1 < end && bytes[at] === 0x0d && bytes[at + 1] === 0x0a) {
      this.#sink.onBodyEnd(undefined);
      return at + 2;
    }
    this.#trailerParser = new HeadParser('request', this.#headBytesMax, this.#headersMax);
    this.#trailers = new HeaderMap();
    this.#trailerParser.beginTrailers(at);
    return this.#decodeTrailers(bytes, at, end);
  }

  #decodeTrailers(bytes: Buffer, start: number, end: number): number {
    const parser = this.#trailerParser as HeadParser;
    const trailers = this.#trailers as HeaderMap;
    let from = bytes;
    let to = end;
    let taken = 0;
    if (this.#partial !== undefined) {
      taken = this.#partial.length;
      this.#partial.append(bytes, start, end);
      from = this.#partial.bytes;
      to = this.#partial.length;
    }
    const outcome = parser.parse(from, to, trailers);
    if (outcome === 'incomplete') {
      if (this.#partial === undefined) {
        this.#partial = new PartialHead();
        this.#partial.append(bytes, start, end);
        parser.shift(-start);
      }
      return end;
    }
    if (outcome !== 'complete') {
      this.#sink.onBodyDefect(outcome);
      return end;
    }
    trailers.setText(latin1(from, parser.headStart, parser.headEnd));
    const used = this.#partial === undefined ? parser.headEnd : start + parser.headEnd - taken;
    this.#sink.onBodyEnd(trailers.size === 0 ? undefined : trailers);
    return used;
  }
}
