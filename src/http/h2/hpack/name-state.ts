import type { NameRule } from '#http/h2/hpack/name-rule.ts';

/** A name whose score fell to the lowest is no longer inserted: three in four values were new. */
export const SCORE_MIN = -6;

/** What an encoder knows of one name. */
export class NameState {
  readonly rule: NameRule;
  /** The newest of the entries of this name. */
  newest: TableEntry | undefined = undefined;
  /** How well the values of this name come back: rises with hits, falls with insertions. */
  score = 0;
  /** Values that were not looked at for insertion since the score fell too low. */
  passedOver = 0;

  constructor(rule: NameRule) {
    this.rule = rule;
  }
}

/** An entry of the encoder's dynamic table; those of a name form a list, newest first. */
export class TableEntry {
  readonly state: NameState;
  readonly value: string;
  readonly size: number;
  /** Which insertion it was; the index follows from it. */
  readonly number: number;
  older: TableEntry | undefined;
  newer: TableEntry | undefined = undefined;
  /** How often it was referred to, halved at the end of each window. */
  uses = 0;

  constructor(state: NameState, value: string, size: number, number: number) {
    this.state = state;
    this.value = value;
    this.size = size;
    this.number = number;
    this.older = state.newest;
  }
}
