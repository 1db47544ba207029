/** Envoy's log levels, from the most talkative to silence. */
export const logLevels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'] as const;

/** A level as flags and `/logging` spell it; default `info`. */
export type LogLevel = (typeof logLevels)[number];

/** A level that a record can have: every level but `off`. */
export type RecordLevel = Exclude<LogLevel, 'off'>;

/** Reads a level as Envoy does: lower case only, with `warn` as another word for `warning`. */
export function parseLogLevel(text: string): LogLevel | undefined {
  if (text === 'warn') return 'warning';
  return logLevels.find((level) => level === text);
}

/** Place in the order of severity: 0 for `trace`, 6 for `off`. */
export function severityOf(level: LogLevel): number {
  return severities[level];
}

const severities: Readonly<Record<LogLevel, number>> = {
  trace: 0,
  debug: 1,
  info: 2,
  warning: 3,
  error: 4,
  critical: 5,
  off: 6,
};
