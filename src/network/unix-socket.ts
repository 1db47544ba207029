import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import type { PipeAddress } from '#network/address.ts';

/** Begins a path that is a name in Linux's abstract namespace, without a file. */
const ABSTRACT = '@';

export function isAbstract({ path }: PipeAddress): boolean {
  return path.startsWith(ABSTRACT);
}

/** What the system is told: a name in the abstract namespace begins with NUL there. */
export function socketName(address: PipeAddress): string {
  return isAbstract(address) ? `\0${address.path.substring(ABSTRACT.length)}` : address.path;
}

/** As in Envoy, a socket file that an earlier process left behind is in nobody's way. */
export function removeSocketFile(address: PipeAddress): void {
  if (isAbstract(address)) return;
  try {
    if (lstatSync(address.path).isSocket()) unlinkSync(address.path);
  } catch {
    // There is none, or it stays: then listening fails and says why.
  }
}

/** Gives the file of a listening socket the permissions that were asked for. Throws as `chmod`. */
export function setSocketMode(address: PipeAddress): void {
  const { path, mode } = address;
  if (mode !== undefined && !isAbstract(address)) chmodSync(path, mode);
}
