import { latin1 } from '#base/latin1.ts';
import { ChunkedDecoder, type ChunkSink } from '#http/h1/chunked-decoder.ts';
import type { BodyDefect } from '#http/h1/codec-errors.ts';
import type { Framing } from '#http/h1/framing.ts';
import { HeadReader } from '#http/h1/head-reader.ts';
import { newCasingFor } from '#http/header-casing.ts';
import { HeaderMap } from '#http/header-map.ts';
import { HeaderName, type KnownHeaderName } from '#http/known-headers.ts';
import type { HeaderKeyFormat } from '#http/protocol-options.ts';

/** What hears the body of one message. */
export interface BodySink {
  /** `isLast` is only ever true for bodies of a known length. */
  onBody(bytes: Buffer, isLast: boolean): void;
  /** The end of a chunked body; `trailers` is undefined when there were none. */
  onBodyEnd(trailers: HeaderMap | undefined): void;
  onBodyDefect(defect: BodyDefect): void;
}

/** What reads large bodies into buffers of its own (see `Transport.setBulk`). */
export interface BulkReader {
  setBulk(isBulk: boolean): void;
}

export interface BodyLimits {
  readonly headBytesMax: number;
  readonly headersMax: number;
  readonly headerKeyFormat: HeaderKeyFormat;
}

/** Bodies above this, in bytes, are read in bulk. */
const BULK_BYTES_MIN = 16_384;
/**
 * The data of chunks that are smaller than this is moved together in the buffer it was read into, so
 * that a peer that sends a byte in each chunk does not make every byte a call and a chunk of its own.
 */
const JOINED_CHUNK_MAX = 4096;

/**
 * Fields that RFC 9110 section 6.5.1 keeps out of trailers: they say where a message goes, how long
 * it is, or something about this connection alone. A recipient that merged them into the head would
 * be led astray.
 */
const NEVER_TRAILERS: readonly KnownHeaderName[] = [
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Takes the body of one message from the bytes of its connection, whatever its framing. */
export class BodyDecoder implements ChunkSink {
  readonly #sink: BodySink;
  readonly #bulk: BulkReader;
  readonly #limits: BodyLimits;
  #framing: Framing = 'none';
  /** Of a body of known length: how much is to come. Of another one: how much has come. */
  #count = 0;
  #isBulk = false;
  #chunks: ChunkedDecoder | undefined = undefined;
  #trailerReader: HeadReader | undefined = undefined;
  #trailers: HeaderMap | undefined = undefined;
  /** Chunk data of the present read that the sink has not heard of yet. */
  #pieceStart = 0;
  #pieceEnd = 0;

  get framing(): Framing {
    return this.#framing;
  }

  constructor(sink: BodySink, bulk: BulkReader, limits: BodyLimits) {
    this.#sink = sink;
    this.#bulk = bulk;
    this.#limits = limits;
  }

  begin(framing: Framing, contentLength: number): void {
    this.#framing = framing;
    this.#count = framing === 'length' ? contentLength : 0;
    this.#trailerReader = undefined;
    this.#trailers = undefined;
    if (framing === 'chunked') {
      this.#chunks ??= new ChunkedDecoder(this);
      this.#chunks.begin();
    } else if (framing === 'length' && contentLength > BULK_BYTES_MIN) {
      this.#setBulk(true);
    }
  }

  /** The message is over, whether or not all of it was read. */
  finish(): void {
    if (this.#isBulk) this.#setBulk(false);
  }

  /** Reads `bytes[start..end)`; returns the first octet that is not part of the body. */
  decode(bytes: Buffer, start: number, end: number): number {
    if (this.#framing === 'length') return this.#decodeLength(bytes, start, end);
    if (this.#framing === 'chunked') return this.#decodeChunked(bytes, start, end);
    this.#countUp(end - start);
    this.#sink.onBody(bytes.subarray(start, end), false);
    return end;
  }

  #decodeLength(bytes: Buffer, start: number, end: number): number {
    const to = Math.min(end, start + this.#count);
    this.#count -= to - start;
    const isLast = this.#count === 0;
    if (isLast) this.finish();
    this.#sink.onBody(bytes.subarray(start, to), isLast);
    return to;
  }

  #decodeChunked(bytes: Buffer, start: number, end: number): number {
    if (this.#trailerReader !== undefined) return this.#decodeTrailers(bytes, start, end);
    const chunks = this.#chunks as ChunkedDecoder;
    this.#pieceStart = 0;
    this.#pieceEnd = 0;
    const outcome = chunks.decode(bytes, start, end);
    this.#passPiece(bytes);
    if (outcome === 'needMore') return end;
    this.finish();
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
    const { headBytesMax, headersMax } = this.#limits;
    this.#trailerReader = new HeadReader('trailers', headBytesMax, headersMax);
    this.#trailers = new HeaderMap();
    return this.#decodeTrailers(bytes, at, end);
  }

  onChunkData(bytes: Buffer, from: number, to: number): void {
    this.#countUp(to - from);
    const isFirst = this.#pieceEnd === this.#pieceStart;
    if (!isFirst && to - from < JOINED_CHUNK_MAX) {
      bytes.copyWithin(this.#pieceEnd, from, to);
      this.#pieceEnd += to - from;
      return;
    }
    this.#passPiece(bytes);
    this.#pieceStart = from;
    this.#pieceEnd = to;
  }

  #passPiece(bytes: Buffer): void {
    if (this.#pieceEnd === this.#pieceStart) return;
    const piece = bytes.subarray(this.#pieceStart, this.#pieceEnd);
    this.#pieceStart = this.#pieceEnd;
    this.#sink.onBody(piece, false);
  }

  #decodeTrailers(bytes: Buffer, start: number, end: number): number {
    const reader = this.#trailerReader as HeadReader;
    const trailers = this.#trailers as HeaderMap;
    trailers.casing ??= newCasingFor(this.#limits.headerKeyFormat);
    const outcome = reader.read(bytes, start, end, trailers, trailers.casing);
    if (outcome === 'incomplete') return end;
    if (outcome !== 'complete') {
      this.#sink.onBodyDefect(outcome);
      return end;
    }
    const { parser } = reader;
    trailers.setText(latin1(reader.source as Buffer, parser.headStart, parser.headEnd));
    for (const name of NEVER_TRAILERS) trailers.removeKnown(HeaderName[name]);
    this.#sink.onBodyEnd(trailers.size === 0 ? undefined : trailers);
    return reader.used;
  }

  /** Counts a body of unknown length until it shows that it is a large one. */
  #countUp(length: number): void {
    if (this.#isBulk) return;
    this.#count += length;
    if (this.#count > BULK_BYTES_MIN) this.#setBulk(true);
  }

  #setBulk(isBulk: boolean): void {
    this.#isBulk = isBulk;
    this.#bulk.setBulk(isBulk);
  }
}

/** What trailers were on the wire, as `HeadParser.fieldBytes` has it for heads. */
export function fieldBytesOf(trailers: HeaderMap): number {
  return trailers.byteSize + 3 * trailers.size;
}
