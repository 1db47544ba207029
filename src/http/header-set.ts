import { type HeaderId, HeaderName, type KnownHeaderName } from '#http/known-headers.ts';

/** How many known names one number of bits stands for. */
const BITS_PER_WORD = 31;

/** The bit that stands for a header in the lower of two numbers; 0 where it is in the upper one. */
export function lowBit(id: HeaderId): number {
  return id < BITS_PER_WORD ? 1 << id : 0;
}

export function highBit(id: HeaderId): number {
  return id < BITS_PER_WORD ? 0 : 1 << (id - BITS_PER_WORD);
}

/** Some known headers, to ask with one question whether a message has any of them. */
export class HeaderSet {
  readonly ids: readonly number[];
  /** @internal The bits of all of them. */
  readonly low: number;
  /** @internal */
  readonly high: number;

  constructor(names: readonly KnownHeaderName[]) {
    this.ids = names.map((name) => HeaderName[name]);
    let low = 0;
    let high = 0;
    for (const id of this.ids) {
      low |= lowBit(id);
      high |= highBit(id);
    }
    this.low = low;
    this.high = high;
  }
}
