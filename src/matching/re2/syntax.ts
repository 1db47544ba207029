import type { RuneSet } from '#matching/re2/rune-set.ts';

/** A place in the text that has no width. */
export type Assertion =
  | 'begin text'
  | 'end text'
  | 'begin line'
  | 'end line'
  | 'word boundary'
  | 'no word boundary';

/** A parsed regular expression. */
export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'runes'; readonly set: RuneSet }
  | { readonly kind: 'any byte' }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'concatenation'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'alternation'; readonly branches: readonly RegexNode[] }
  | RepetitionNode
  | { readonly kind: 'group'; readonly index: number; readonly body: RegexNode };

export interface RepetitionNode {
  readonly kind: 'repetition';
  readonly body: RegexNode;
  readonly min: number;
  /** Infinity for no maximum. */
  readonly max: number;
  readonly isGreedy: boolean;
}
