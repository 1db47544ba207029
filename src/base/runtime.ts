import {
  type FractionalPercent,
  isInFraction,
  type RuntimeSnapshot,
} from '#base/runtime-snapshot.ts';

/** A value that overrides a default, in every form in which it can be read. */
export interface RuntimeValue {
  readonly text: string;
  readonly integer?: number;
  readonly number?: number;
  readonly boolean?: boolean;
  readonly fraction?: FractionalPercent;
}

/** The values that hold at one moment, by key: plain, to be posted to workers. */
export type RuntimeValues = ReadonlyMap<string, RuntimeValue>;

/** Answers what the configuration leaves to runtime keys, from one set of values. */
export class RuntimeReader implements RuntimeSnapshot {
  readonly #values: RuntimeValues;

  constructor(values: RuntimeValues) {
    this.#values = values;
  }

  /**
   * Whether the feature holds for this stream: `random` (a whole number, one per stream) falls into
   * the share stored under `key`, or into `fallback` when none is stored. A whole number stands for
   * that many percent.
   */
  featureEnabled(key: string, fallback: FractionalPercent, random: number): boolean {
    const value = key === '' ? undefined : this.#values.get(key);
    if (value?.fraction !== undefined) return isInFraction(value.fraction, random);
    if (value?.integer === undefined) return isInFraction(fallback, random);
    return random % 100 < value.integer;
  }

  /** The whole number stored under `key`, or `fallback`. */
  getInteger(key: string, fallback: number): number {
    return this.#values.get(key)?.integer ?? fallback;
  }

  getNumber(key: string, fallback: number): number {
    return this.#values.get(key)?.number ?? fallback;
  }

  getBoolean(key: string, fallback: boolean): boolean {
    return this.#values.get(key)?.boolean ?? fallback;
  }
}
