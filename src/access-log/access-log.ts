import type { AccessLogBatches, LineBatch } from '#access-log/access-log-batches.ts';
import type { AccessLogConfig } from '#access-log/access-log-config.ts';
import {
  type AccessLogFilterEnvironment,
  buildAccessLogFilter,
} from '#access-log/access-log-filter.ts';
import type { AccessLogPredicate } from '#access-log/access-log-predicate.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import type { Formatter } from '#formatter/pieces-formatter.ts';
import { processEnvironment } from '#formatter/process-environment.ts';

/** One access log in one worker. */
export class AccessLog {
  readonly #filter: AccessLogPredicate | undefined;
  readonly #format: Formatter;
  readonly #lines: LineBatch;

  constructor(filter: AccessLogPredicate | undefined, format: Formatter, lines: LineBatch) {
    this.#filter = filter;
    this.#format = format;
    this.#lines = lines;
  }

  /** Writes a line about the stream unless the filter is against it. Never waits, never throws. */
  log(context: FormatterContext): void {
    if (this.#filter === undefined || this.#filter(context)) {
      this.#lines.append(this.#format(context));
    }
  }
}

/** Makes a worker's access logs; logs that go to the same file share its batch. */
export function instantiateAccessLogs(
  configs: readonly AccessLogConfig[],
  batches: AccessLogBatches,
  filterEnvironment: AccessLogFilterEnvironment,
  formatterEnvironment: FormatterEnvironment = processEnvironment,
): readonly AccessLog[] {
  return configs.map(({ filter, format, sink }) => {
    const predicate = filter && buildAccessLogFilter(filter, filterEnvironment);
    const formatter = instantiateFormat(format, formatterEnvironment);
    return new AccessLog(predicate, formatter, batches.of(sink));
  });
}
