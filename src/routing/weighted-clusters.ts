import type { RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

const UNSIGNED = /^\+?\d{1,20}$/;
const MAX_UINT64 = 2n ** 64n - 1n;

/** One weight, and where an operator may override it. */
export interface Weight {
  readonly weight: number;
  readonly runtimeKey: string | undefined;
}

/**
 * Picks by weight: the random value of the stream, or of the request header that brings it, falls
 * into the interval of one entry. The same value picks the same entry while weights stay the same.
 */
export class WeightedChoice {
  readonly #weights: readonly Weight[];
  /** Where each entry's interval ends; nothing while weights may be overridden. */
  readonly #ends: readonly number[] | undefined;
  readonly #randomValueHeader: string | undefined;
  readonly #runtime: RuntimeSnapshot;

  constructor(
    weights: readonly Weight[],
    randomValueHeader: string | undefined,
    runtime: RuntimeSnapshot,
  ) {
    this.#weights = weights;
    this.#randomValueHeader = randomValueHeader;
    this.#runtime = runtime;
    const isFixed = weights.every(({ runtimeKey }) => runtimeKey === undefined);
    this.#ends = isFixed ? intervalEnds(weights.map(({ weight }) => weight)) : undefined;
  }

  /** The index of the chosen entry; -1 when every weight is overridden to 0. */
  pick(headers: RequestHeaders, random: number): number {
    const ends = this.#ends ?? this.#currentEnds();
    const total = ends[ends.length - 1] as number;
    if (total === 0) return -1;
    const value = this.#valueFromHeader(headers, total) ?? random % total;
    let index = 0;
    while (value >= (ends[index] as number)) index++;
    return index;
  }

  #currentEnds(): readonly number[] {
    return intervalEnds(
      this.#weights.map(({ weight, runtimeKey }) =>
        runtimeKey === undefined ? weight : this.#runtime.getInteger(runtimeKey, weight),
      ),
    );
  }

  /** Several fields of that name, or anything but a 64-bit number, count as none. */
  #valueFromHeader(headers: RequestHeaders, total: number): number | undefined {
    if (this.#randomValueHeader === undefined) return undefined;
    const value = headers.getJoined(this.#randomValueHeader);
    if (value === undefined || !UNSIGNED.test(value)) return undefined;
    const number = BigInt(value.replace('+', ''));
    return number > MAX_UINT64 ? undefined : Number(number % BigInt(total));
  }
}

function intervalEnds(weights: readonly number[]): readonly number[] {
  let end = 0;
  return weights.map((weight) => {
    end += weight;
    return end;
  });
}
