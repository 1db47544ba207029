import type { FormatterContext } from '#formatter/formatter-context.ts';

/** Whether a stream is logged. */
export type AccessLogPredicate = (context: FormatterContext) => boolean;
