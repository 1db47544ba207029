import { type FSWatcher, lstatSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Calls whenever another file or link was put in the place of a path. Its removal alone is not
 * reported: who replaces a link in two steps must not be left without it in between.
 */
export function watchLink(path: string, onReplaced: () => void): FSWatcher {
  const name = basename(path);
  // The folder is watched, since a watch of the link would stay with what it points to now.
  const watcher = watch(dirname(path), { persistent: false }, (event, changed) => {
    if (event === 'rename' && changed === name && isThere(path)) onReplaced();
  });
  // A folder that is removed changes nothing any more.
  watcher.on('error', () => watcher.close());
  return watcher;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
