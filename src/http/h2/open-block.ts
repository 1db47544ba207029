import type { BlockOverflow } from '#http/h2/block-defect.ts';
import { FRAME_PAYLOAD_MAX } from '#http/h2/frame-type.ts';
import type { BlockLimits } from '#http/h2/header-block.ts';
import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import type { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import type { HpackDefect } from '#http/h2/hpack/hpack-defect.ts';
import { endOfWholeFields, STRING_BYTES_MAX } from '#http/h2/hpack/whole-fields.ts';

/** No field that is cut off takes more, together with the fragment that goes on with it. */
const CUT_BYTES_MAX = 2 * (STRING_BYTES_MAX + FRAME_PAYLOAD_MAX);

/**
 * A header block that comes in several frames (RFC 9113 section 4.3). Its fields are decoded as they
 * come: what is kept of it is a field that is cut off, and as many fields as the limits allow,
 * however large the block becomes.
 */
export class OpenBlock {
  readonly streamId: number;
  /** Of the HEADERS frame. */
  readonly flags: number;
  /** Its priority says so. */
  readonly dependsOnItself: boolean;
  /** The fields so far, at the most up to the one that breaks a limit. */
  readonly list: HeaderList = new HeaderList();
  /** Octets of the block so far. */
  length = 0;
  /** Which limit its fields break. */
  overflow: BlockOverflow | undefined = undefined;
  /** Its message was handed on or refused; the rest is read for the sake of HPACK's table. */
  isJudged = false;
  readonly #decoder: HpackDecoder;
  readonly #limits: BlockLimits;
  /** The beginning of a field whose end is still to come: its first `#cutLength` octets. */
  #cut: Buffer = NOTHING;
  #cutLength = 0;
  /** How many fields were looked at, and what their names and values come to. */
  #measured = 0;
  #fieldBytes = 0;

  constructor(
    streamId: number,
    flags: number,
    dependsOnItself: boolean,
    decoder: HpackDecoder,
    limits: BlockLimits,
  ) {
    this.streamId = streamId;
    this.flags = flags;
    this.dependsOnItself = dependsOnItself;
    this.#decoder = decoder;
    this.#limits = limits;
    this.list.begin(limits.maxHeadersCount + 1);
  }

  /** The next fragment. After a defect the decoder is of no further use. */
  add(bytes: Buffer, start: number, end: number, isLast: boolean): HpackDefect | undefined {
    this.length += end - start;
    if (this.#cutLength === 0) return this.#read(bytes, start, end, isLast);
    this.#keep(bytes, start, end);
    return this.#read(this.#cut, 0, this.#cutLength, isLast);
  }

  /** Nothing more is wanted of its fields. */
  judge(): void {
    this.isJudged = true;
    this.list.keepAtMost(0);
  }

  #read(bytes: Buffer, start: number, end: number, isLast: boolean): HpackDefect | undefined {
    const endOfWhole = endOfWholeFields(bytes, start, end);
    if (endOfWhole === undefined) return 'stringTooLong';
    const until = isLast ? end : endOfWhole;
    if (until > start) {
      const { list } = this;
      const defect = this.#decoder.decode(bytes, start, until, list, list.count > 0);
      if (defect !== undefined) return defect;
      if (this.overflow === undefined) this.#measure();
    }
    this.#keepRest(bytes, until, end);
    return undefined;
  }

  #measure(): void {
    const { fields, count } = this.list;
    const { maxHeadersBytes, maxHeadersCount } = this.#limits;
    for (; this.#measured < count && this.overflow === undefined; this.#measured++) {
      if (this.#measured >= maxHeadersCount) this.overflow = 'tooManyFields';
      else {
        this.#fieldBytes += (fields[this.#measured] as HeaderField).bytes;
        if (this.#fieldBytes > maxHeadersBytes) this.overflow = 'tooLarge';
      }
    }
    if (this.overflow !== undefined) this.list.keepAtMost(this.#measured);
  }

  #keepRest(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.#cut) {
      this.#keep(bytes, start, end);
    } else if (start > 0) {
      bytes.copyWithin(0, start, end);
      this.#cutLength = end - start;
    }
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const length = this.#cutLength + end - start;
    if (length > this.#cut.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, Math.min(length * 2, CUT_BYTES_MAX)));
      this.#cut.copy(grown, 0, 0, this.#cutLength);
      this.#cut = grown;
    }
    bytes.copy(this.#cut, this.#cutLength, start, end);
    this.#cutLength = length;
  }
}

const NOTHING = Buffer.alloc(0);
