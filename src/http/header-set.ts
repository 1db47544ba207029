import { HeaderName, type KnownHeaderName } from '#http/known-headers.ts';

/** How many known names one number of bits stands for. */
export const BITS_PER_WORD = 31;

/** Some known headers, to ask with one question whether a message has any of them. */
export class HeaderSet {
  readonly ids: readonly number[];
  /** @internal A bit for each id below 31, and one for each from there on. */
  readonly low: number;
  /** @internal */
  readonly high: number;

  constructor(names: readonly KnownHeaderName[]) {
    this.ids = names.map((name) => HeaderName[name]);
    let low = 0;
    let high = 0;
    for (const id of this.ids) {
      if (id < BITS_PER_WORD) low |= 1 << id;
      else high |= 1 << (id - BITS_PER_WORD);
    }
    this.low = low;
    this.high = high;
  }
}
