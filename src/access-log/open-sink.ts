import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { AccessLogSink } from '#access-log/access-log-config.ts';
import { err, ok, type Result } from '#base/result.ts';

/** An open sink. */
export interface OpenSink {
  readonly fd: number;
  /** Not so for the process's own standard streams. */
  readonly isOurs: boolean;
  /** Whether it is a file that logrotate may have moved away. */
  readonly isReopenable: boolean;
}

const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDWR, O_WRONLY } = constants;
/** As Envoy creates them, before the umask. */
const MODE = 0o644;
const STANDARD_STREAMS: Readonly<Record<string, 1 | 2>> = { '/dev/stdout': 1, '/dev/stderr': 2 };

/**
 * Opens a sink for appending, creating the file where there is none. Nothing that is opened here
 * blocks when it is full: a pipe that nobody reads would otherwise hold a thread that the whole
 * process shares.
 */
export function openSink(sink: AccessLogSink): Result<OpenSink, string> {
  if (sink.kind !== 'file') return ok(openStandardStream(sink.kind === 'stdout' ? 1 : 2));
  const stream = STANDARD_STREAMS[sink.path];
  if (stream !== undefined) return ok(openStandardStream(stream));
  try {
    return ok({ fd: openForAppending(sink.path), isOurs: true, isReopenable: true });
  } catch (error) {
    return err(`unable to open file '${sink.path}': ${reasonOf(error)}`);
  }
}

/** Closes what `openSink` opened; standard streams stay open. */
export function closeSink(sink: OpenSink): void {
  if (sink.isOurs) closeSync(sink.fd);
}

function openForAppending(path: string): number {
  try {
    return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, MODE);
  } catch (error) {
    // A named pipe without a reader: what is opened both ways needs none.
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
    return openSync(path, O_RDWR | O_NONBLOCK);
  }
}

/**
 * A pipe or terminal is opened anew, so that not blocking is this description's business alone and
 * not that of the shell. A file is not: whoever else writes to it shares its position.
 */
function openStandardStream(stream: 1 | 2): OpenSink {
  const asIs: OpenSink = { fd: stream, isOurs: false, isReopenable: false };
  try {
    const stat = fstatSync(stream);
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return asIs;
    const fd = openSync(`/proc/self/fd/${stream}`, O_WRONLY | O_APPEND | O_NONBLOCK);
    return { fd, isOurs: true, isReopenable: false };
  } catch {
    return asIs;
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return WORDS[code ?? ''] ?? message;
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EROFS: 'Read-only file system',
};
