import { type Logger, pino } from 'pino';
import type { LogComponent } from '#server/log/log-component.ts';
import type { RecordLevel } from '#server/log/log-level.ts';
import { escapeLogLine } from '#server/log/log-pattern.ts';
import type { LogFormat, LogRecord } from '#server/log/log-record.ts';

/** Where lines go: at once and in order, since the last lines before an end matter most. */
export interface LogDestination {
  write(line: string): void;
  /** Opens a file again by its name, after it was moved away. */
  reopen(): void;
}

/** Where records go. */
export interface LogSink {
  readonly needsSource: boolean;
  write(record: LogRecord): void;
}

/** Standard error for an empty path; throws when the file cannot be opened. */
export function openLogDestination(path: string): LogDestination {
  const stream = pino.destination({ dest: path === '' ? 2 : path, sync: true });
  // A full disk or a reader that is gone must not end the proxy, and there is no place to tell it.
  stream.on('error', () => undefined);
  return {
    write: (line) => void stream.write(line),
    reopen: () => {
      if (path !== '') stream.reopen();
    },
  };
}

/** Lines in the given format. */
export function textSink(
  format: LogFormat,
  destination: LogDestination,
  escaped: boolean,
): LogSink {
  return {
    needsSource: format.needsSource,
    write(record) {
      const line = format.format(record);
      destination.write(`${escaped ? escapeLogLine(line) : line}\n`);
    },
  };
}

const levelNumbers = { trace: 10, debug: 20, info: 30, warning: 40, error: 50, critical: 60 };

/** One JSON object a line: level, time, component, thread (of workers), fields and message. */
export function jsonSink(destination: LogDestination): LogSink {
  let wallMs = 0;
  const root = pino(
    {
      base: null,
      level: 'trace',
      customLevels: levelNumbers,
      useOnlyCustomLevels: true,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(wallMs).toISOString()}"`,
    },
    destination,
  );
  const children = new Map<LogComponent, Logger<RecordLevel>>();
  return {
    needsSource: false,
    write(record) {
      let child = children.get(record.component);
      if (child === undefined) {
        child = root.child({ component: record.component });
        children.set(record.component, child);
      }
      wallMs = record.wallMs;
      const thread =
        record.thread === 0 ? record.fields : { thread: record.thread, ...record.fields };
      child[record.level](thread ?? {}, record.message);
    },
  };
}
