import type { Result } from '#base/result.ts';
import type { FormatOperator } from '#formatter/compiled-format.ts';
import type { ValueSource } from '#formatter/value-source.ts';

/** One command operator: how it is written and where its value comes from. */
export interface OperatorDefinition {
  /** Whether there may, or must, be something in parentheses. */
  readonly parameter: 'none' | 'optional' | 'required';
  /** Whether `:Z` may follow. */
  readonly takesLength: boolean;
  /**
   * Makes the source; the error says what is wrong with the parameter. `createOther` makes the
   * source of another operator, for one that is put together of several.
   */
  readonly create: (
    parameter: string,
    environment: FormatterEnvironment,
    createOther: (operator: FormatOperator) => Result<ValueSource, string>,
  ) => Result<ValueSource, string>;
}

/** Operators by the name between the percent signs. */
export type OperatorTable = Readonly<Record<string, OperatorDefinition>>;

/** What operators take from the process; tests bring their own. */
export interface FormatterEnvironment {
  readonly hostname: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The worker's monotonic clock, that of `StreamInfo`. */
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly uuid: () => string;
}

/** An operator without a parameter. */
export function simple(source: ValueSource): OperatorDefinition {
  const created = { ok: true, value: source } as const;
  return { parameter: 'none', takesLength: false, create: () => created };
}
