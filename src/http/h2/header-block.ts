import { parseContentLength } from '#http/h1/framing.ts';
import type { BlockDefect } from '#http/h2/block-defect.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HeaderList } from '#http/h2/hpack/header-list.ts';
import { UNKNOWN_LENGTH } from '#http/h2/stream.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { nothingInline } from '#http/inline-headers.ts';
import { knownHeaderNames } from '#http/known-headers.ts';

export interface BlockLimits {
  readonly maxHeadersBytes: number;
  readonly maxHeadersCount: number;
}

/** Where in the present block the first of each header is that is joined, by id. */
const places: Uint32Array = new Uint32Array(knownHeaderNames.length);

/** Puts the fields of a block into a map and checks what RFC 9113 section 8 says of all messages. */
export abstract class HeaderBlock {
  /** The value of `content-length`. */
  contentLength = UNKNOWN_LENGTH;
  /** Octets of its names and values, as far as it was read. */
  bytes = 0;
  /** One bit for each pseudo-header that was seen. */
  #pseudos = 0;
  #hasRegularField = false;
  /** Clients cut it into pieces for the sake of compression (RFC 9113 section 8.2.3). */
  #cookie: HeaderField | undefined = undefined;

  protected hasPseudo(pseudo: number): boolean {
    return (this.#pseudos & (1 << pseudo)) !== 0;
  }

  /**
   * Leaves in the list what is to go into the map, in order. `inline`: by id, 1 for headers of which
   * repeated fields are joined with commas (RFC 9110 section 5.3). Takes linear time.
   */
  protected readFields(
    list: HeaderList,
    map: HeaderMap,
    { maxHeadersBytes, maxHeadersCount }: BlockLimits,
    inline: Uint8Array,
  ): BlockDefect | undefined {
    const { fields, count } = list;
    let kept = 0;
    let seenLow = 0;
    let seenHigh = 0;
    let bytes = 0;
    this.#begin();
    for (let index = 0; index < count; index++) {
      if (index >= maxHeadersCount) return 'tooManyFields';
      const field = fields[index] as HeaderField;
      const { name } = field;
      bytes += field.bytes;
      this.bytes = bytes;
      if (bytes > maxHeadersBytes) return 'tooLarge';
      if (field.defect !== undefined) return 'invalidField';
      if (name.role === 'ordinary') {
        this.#hasRegularField = true;
      } else {
        const verdict = this.#readSpecial(field);
        if (verdict === 'leftOut') continue;
        if (verdict !== 'kept') return verdict;
      }
      if (inline[name.id] === 1) {
        if (((seenLow & name.seenLow) | (seenHigh & name.seenHigh)) !== 0) {
          const place = places[name.id] as number;
          fields[place] = joined(fields[place] as HeaderField, field, ',');
          continue;
        }
        places[name.id] = kept;
      }
      seenLow |= name.seenLow;
      seenHigh |= name.seenHigh;
      fields[kept++] = field;
    }
    const cookie = this.#cookie;
    if (cookie !== undefined) {
      this.#cookie = undefined;
      seenLow |= cookie.name.seenLow;
      seenHigh |= cookie.name.seenHigh;
      fields[kept++] = cookie;
    }
    list.moveTo(map, kept, seenLow, seenHigh);
    return undefined;
  }

  #begin(): void {
    this.bytes = 0;
    this.contentLength = UNKNOWN_LENGTH;
    this.#pseudos = 0;
    this.#hasRegularField = false;
    this.#cookie = undefined;
  }

  #readSpecial(field: HeaderField): BlockDefect | 'kept' | 'leftOut' {
    const { role } = field.name;
    if (role === 'pseudo') return this.#readPseudoHeader(field) ?? 'leftOut';
    this.#hasRegularField = true;
    if (role !== 'cookie') return this.onSpecialField(field);
    this.#cookie = this.#cookie === undefined ? field : joinedCookie(this.#cookie, field);
    return 'leftOut';
  }

  #readPseudoHeader(field: HeaderField): BlockDefect | undefined {
    const { pseudo } = field.name;
    if (this.#hasRegularField || this.hasPseudo(pseudo)) return 'invalidField';
    this.#pseudos |= 1 << pseudo;
    return this.onPseudoHeader(field);
  }

  protected abstract onPseudoHeader(field: HeaderField): BlockDefect | undefined;

  /** `content-length`, `host`, and names with underscores, which some applications take for hyphens. */
  protected onSpecialField(field: HeaderField): BlockDefect | 'kept' | 'leftOut' {
    const isRefused = field.name.role === 'contentLength' && !this.#readContentLength(field.value);
    return isRefused ? 'invalidField' : 'kept';
  }

  #readContentLength(value: string): boolean {
    const length = parseContentLength(value);
    if (length === undefined || this.contentLength !== UNKNOWN_LENGTH) return false;
    this.contentLength = length;
    return true;
  }
}

/** With an empty piece it would end in a blank, which no value may do (RFC 9113 section 8.2.1). */
function joinedCookie(first: HeaderField, second: HeaderField): HeaderField {
  const isOneEmpty = first.value.length === 0 || second.value.length === 0;
  return joined(first, second, isOneEmpty ? '' : '; ');
}

function joined(first: HeaderField, second: HeaderField, separator: string): HeaderField {
  const value = `${first.value}${separator}${second.value}`;
  return new HeaderField(first.name, value, first.isNeverIndexed || second.isNeverIndexed);
}

/** Reads trailers, which have no pseudo-headers (RFC 9113 section 8.1). */
export class TrailerBlock extends HeaderBlock {
  read(list: HeaderList, trailers: HeaderMap, limits: BlockLimits): BlockDefect | undefined {
    return this.readFields(list, trailers, limits, nothingInline);
  }

  /** What would frame or route the message anew has no meaning here (RFC 9110 section 6.5.1). */
  protected override onSpecialField({ name }: HeaderField): BlockDefect | 'kept' | 'leftOut' {
    return name.role === 'underscore' ? 'kept' : 'leftOut';
  }

  protected override onPseudoHeader(): BlockDefect {
    return 'invalidField';
  }
}
