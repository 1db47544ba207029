import { parseContentLength } from '#http/h1/framing.ts';
import type { BlockDefect } from '#http/h2/block-defect.ts';
import { FIELD_OVERHEAD, type HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HeaderFieldSink } from '#http/h2/hpack/hpack-decoder.ts';
import { NOT_PSEUDO } from '#http/h2/hpack/pseudo-header.ts';
import { UNKNOWN_LENGTH } from '#http/h2/stream.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { type HeaderId, HeaderName } from '#http/known-headers.ts';

export interface BlockLimits {
  readonly maxHeadersBytes: number;
  readonly maxHeadersCount: number;
}

const UNDERSCORE = 0x5f;

/**
 * Puts the fields of a block into a map and checks what RFC 9113 section 8 says of all messages. A
 * block that is refused is read to its end all the same, since HPACK's table depends on it.
 */
export abstract class HeaderBlock implements HeaderFieldSink {
  defect: BlockDefect | undefined = undefined;
  /** The value of `content-length`. */
  contentLength = UNKNOWN_LENGTH;
  #map!: HeaderMap;
  #limits!: BlockLimits;
  #inline: Uint8Array | undefined = undefined;
  /** Names and values so far. */
  bytes = 0;
  #count = 0;
  #hasRegularField = false;
  /** One bit for each pseudo-header that was seen. */
  #pseudos = 0;
  #cookie: string | undefined = undefined;

  /** `inline`: by id, 1 for headers of which repeated fields are joined. */
  protected beginBlock(map: HeaderMap, limits: BlockLimits, inline: Uint8Array | undefined): void {
    this.defect = undefined;
    this.contentLength = UNKNOWN_LENGTH;
    this.#map = map;
    this.#limits = limits;
    this.#inline = inline;
    this.bytes = 0;
    this.#count = 0;
    this.#hasRegularField = false;
    this.#pseudos = 0;
    this.#cookie = undefined;
  }

  protected hasPseudo(pseudo: number): boolean {
    return (this.#pseudos & (1 << pseudo)) !== 0;
  }

  onField(field: HeaderField, isNeverIndexed: boolean): void {
    if (this.defect !== undefined) return;
    this.bytes += field.size - FIELD_OVERHEAD;
    const { maxHeadersBytes, maxHeadersCount } = this.#limits;
    if (++this.#count > maxHeadersCount) {
      this.defect = 'tooManyFields';
    } else if (this.bytes > maxHeadersBytes) {
      this.defect = 'tooLarge';
    } else if (field.defect !== undefined) {
      this.defect = 'invalidField';
    } else if (field.pseudo === NOT_PSEUDO) {
      this.#hasRegularField = true;
      this.defect = this.onRegularField(field, isNeverIndexed);
    } else if (this.#hasRegularField || this.hasPseudo(field.pseudo)) {
      this.defect = 'invalidField';
    } else {
      this.#pseudos |= 1 << field.pseudo;
      this.defect = this.onPseudoHeader(field, isNeverIndexed);
    }
  }

  protected abstract onPseudoHeader(
    field: HeaderField,
    isNeverIndexed: boolean,
  ): BlockDefect | undefined;

  protected onRegularField(field: HeaderField, isNeverIndexed: boolean): BlockDefect | undefined {
    const { id, name, value } = field;
    if (id === HeaderName.cookie) {
      // Clients cut it into pieces for the sake of compression (section 8.2.3).
      this.#cookie = this.#cookie === undefined ? value : `${this.#cookie}; ${value}`;
      return undefined;
    }
    if (id === HeaderName['content-length'] && !this.#readContentLength(value)) {
      return 'invalidField';
    }
    this.#add(id, name, value, isNeverIndexed);
    return undefined;
  }

  #add(id: HeaderId, name: string, value: string, isNeverIndexed: boolean): void {
    const map = this.#map;
    const inline = this.#inline;
    if (inline !== undefined && inline[id] === 1) map.joinKnown(id, name, value, isNeverIndexed);
    else map.visitField(id, name, value, isNeverIndexed);
  }

  #readContentLength(value: string): boolean {
    const length = parseContentLength(value);
    if (length === undefined || this.contentLength !== UNKNOWN_LENGTH) return false;
    this.contentLength = length;
    return true;
  }

  /** The block was read to its end. */
  protected endBlock(): void {
    if (this.#cookie === undefined) return;
    this.#map.appendKnown(HeaderName.cookie, 'cookie', this.#cookie);
  }
}

/** Whether a name has an underscore, which some applications take for a hyphen. */
export function hasUnderscore(name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    if (name.charCodeAt(index) === UNDERSCORE) return true;
  }
  return false;
}

/** Reads trailers, which have no pseudo-headers (RFC 9113 section 8.1). */
export class TrailerBlock extends HeaderBlock {
  begin(trailers: HeaderMap, limits: BlockLimits): void {
    this.beginBlock(trailers, limits, undefined);
  }

  /** What would frame or route the message anew has no meaning here (RFC 9110 section 6.5.1). */
  protected override onRegularField(
    field: HeaderField,
    isNeverIndexed: boolean,
  ): BlockDefect | undefined {
    if (field.id === HeaderName['content-length'] || field.id === HeaderName.host) return undefined;
    return super.onRegularField(field, isNeverIndexed);
  }

  finish(): BlockDefect | undefined {
    if (this.defect === undefined) this.endBlock();
    return this.defect;
  }

  protected override onPseudoHeader(): BlockDefect {
    return 'invalidField';
  }
}

/** Reads what nobody wants. */
export class DiscardedBlock implements HeaderFieldSink {
  onField(): void {}
}
