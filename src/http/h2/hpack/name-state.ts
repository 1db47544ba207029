import type { FieldName } from '#http/h2/hpack/field-name.ts';

/** A name whose score fell to the lowest is no longer inserted: three in four values were new. */
export const SCORE_MIN = -6;

/** What an encoder knows of one name. */
export class NameState {
  readonly name: FieldName;
  /** The newest of the entries of this name. */
  newest: TableEntry | undefined = undefined;
  /** How well the values of this name come back: rises with hits, falls with insertions. */
  score = 0;
  /** Values that were not looked at for insertion since the score fell too low. */
  passedOver = 0;

  constructor(name: FieldName) {
    this.name = name;
  }
}

/** Differs for most values that differ, above all for those that count up or end in digits. */
export function signatureOf(value: string): number {
  const { length } = value;
  if (length === 0) return 0;
  const last = value.charCodeAt(length - 1) | (value.charCodeAt(length >>> 1) << 8);
  return length > 1 ? length ^ (last << 8) ^ (value.charCodeAt(length - 2) << 24) : last;
}

/** An entry of an encoder's dynamic table; those of a name form a list, newest first. */
export class TableEntry {
  /** Which table it is in. */
  readonly table: object;
  readonly state: NameState;
  readonly value: string;
  readonly signature: number;
  readonly size: number;
  /** Which insertion it was; the index follows from it. */
  readonly number: number;
  older: TableEntry | undefined;
  newer: TableEntry | undefined = undefined;
  /** How often it was referred to, halved at the end of each window. */
  uses = 0;
  /** The peer has it no more. */
  isEvicted = false;

  constructor(table: object, state: NameState, value: string, size: number, number: number) {
    this.table = table;
    this.state = state;
    this.value = value;
    this.signature = signatureOf(value);
    this.size = size;
    this.number = number;
    this.older = state.newest;
  }
}
