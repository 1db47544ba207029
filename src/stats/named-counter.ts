/** A counter (or gauge) of which the name became known only while traffic flowed. */
export class NamedCounter {
  readonly #slots: Float64Array;
  readonly #offset: number;

  constructor(slots: Float64Array, offset: number) {
    this.#slots = slots;
    this.#offset = offset;
  }

  inc(): void {
    (this.#slots[this.#offset] as number) += 1;
  }

  add(amount: number): void {
    (this.#slots[this.#offset] as number) += amount;
  }

  /** Takes one from a gauge. */
  dec(): void {
    (this.#slots[this.#offset] as number) -= 1;
  }

  set(value: number): void {
    this.#slots[this.#offset] = value;
  }
}
