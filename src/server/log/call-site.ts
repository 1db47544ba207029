import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '#base/installation.ts';
import { type LogSource, noSource } from '#server/log/log-record.ts';

const root = packageRoot;

/**
 * Finds the place in the sources that called, `callers` functions above the one that asks. Costs
 * some microseconds, so only log formats that show the place ask for it.
 */
export function callSite(callers: number): LogSource {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, callSite);
  const line = holder.stack?.split('\n')[1 + callers];
  return line === undefined ? noSource : readStackLine(line);
}

/** Reads one line of V8's stack: `at Server.start (file:///a/src/server.ts:12:34)`. */
export function readStackLine(line: string): LogSource {
  const parts = /^\s*at (?:(?:async )?(?<name>.*) \()?(?<file>.*?):(?<line>\d+):\d+\)?$/.exec(line);
  const groups = parts?.groups;
  if (groups === undefined) return noSource;
  const url = groups['file'] ?? '';
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  return {
    file: file.startsWith(root) ? relative(root, file) : file,
    line: Number(groups['line']),
    function: groups['name'] ?? '',
  };
}
