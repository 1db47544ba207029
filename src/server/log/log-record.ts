import type { LogComponent } from '#server/log/log-component.ts';
import type { RecordLevel } from '#server/log/log-level.ts';

/** What a record is about, beside its message: `{ cluster: 'reviews', attempts: 3 }`. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Place in the sources that a record comes from. */
export interface LogSource {
  /** Relative to the root of the package: `src/server/server.ts`. */
  readonly file: string;
  readonly line: number;
  readonly function: string;
}

/** One message of the application log, before it becomes text. */
export interface LogRecord {
  /** Milliseconds since 1970, with a fraction where the clock has one. */
  readonly wallMs: number;
  readonly level: RecordLevel;
  readonly component: LogComponent;
  readonly message: string;
  readonly fields: LogFields | undefined;
  /** Number of the thread: 0 for the main thread, workers from 1. */
  readonly thread: number;
  /** Known only where the format shows it, since finding it is slow. */
  readonly source: LogSource | undefined;
}

/** Makes one line, without its end, of a record. */
export interface LogFormat {
  /** Whether `source` has to be filled in. */
  readonly needsSource: boolean;
  format(record: LogRecord): string;
}

/** For records of which nobody knows where they come from. */
export const noSource: LogSource = { file: '', line: 0, function: '' };
