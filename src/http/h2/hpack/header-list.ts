import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HeaderMap } from '#http/header-map.ts';

/** Places that are kept between blocks. */
const KEPT_MAX = 128;

/**
 * What a header block was decoded to (RFC 7541 section 1.3), until the next one is. Fields beyond
 * the limit are only counted: an octet is enough for one of them, and its message is refused anyway.
 */
export class HeaderList {
  /** The first `count` of them, or as many as the limit lets be kept. */
  fields: (HeaderField | undefined)[] = [];
  count = 0;
  #keptMax = 0;

  /** Empties the list; it will keep so many fields. */
  begin(keptMax: number): void {
    this.#keptMax = keptMax;
    if (this.fields.length > KEPT_MAX) this.fields.length = 0;
    this.#forgetFrom(0);
    this.count = 0;
  }

  add(field: HeaderField): void {
    const index = this.count++;
    if (index < this.#keptMax) this.fields[index] = field;
  }

  /** Lowers the limit, and forgets the fields beyond it. */
  keepAtMost(keptMax: number): void {
    this.#keptMax = Math.min(keptMax, this.#keptMax);
    this.#forgetFrom(this.#keptMax);
  }

  /** Gives the first `kept` of its fields to an empty map; nothing is left here. */
  moveTo(map: HeaderMap, kept: number, seenLow: number, seenHigh: number): void {
    this.#forgetFrom(kept);
    this.count = 0;
    this.fields = map.adoptFields(this.fields, kept, seenLow, seenHigh);
  }

  #forgetFrom(start: number): void {
    const end = Math.min(this.count, this.fields.length);
    for (let index = start; index < end; index++) this.fields[index] = undefined;
  }
}
