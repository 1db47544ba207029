import type { FormatOperator, FormatPiece } from '#formatter/compiled-format.ts';
import { textReader } from '#formatter/create-source.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import type { ValueSource } from '#formatter/value-source.ts';

/** Fills a format in; what it returns is a byte string. */
export type Formatter = (context: FormatterContext) => string;

/** Finds the value of an operator; those of a compiled format are known to exist. */
export type SourceOf = (operator: FormatOperator) => ValueSource;

/** Texts and operators, one behind the other; `absent` stands for values that there are not. */
export function piecesFormatter(
  pieces: readonly FormatPiece[],
  absent: string,
  sourceOf: SourceOf,
): Formatter {
  const literals: string[] = [];
  const readers: ((context: FormatterContext) => string | undefined)[] = [];
  let pending = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      pending += piece;
    } else {
      literals.push(pending);
      readers.push(textReader(sourceOf(piece)));
      pending = '';
    }
  }
  const end = pending;
  if (readers.length === 0) return () => end;
  return (context) => {
    let out = '';
    for (let index = 0; index < readers.length; index++) {
      const value = (readers[index] as (context: FormatterContext) => string | undefined)(context);
      out += (literals[index] as string) + (value ?? absent);
    }
    return out + end;
  };
}
