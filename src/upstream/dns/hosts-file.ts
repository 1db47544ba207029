import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

/** Addresses by name, in the order of the file. Comments and lines without a name are passed over. */
export function parseHostsFile(text: string): Map<string, string[]> {
  const addresses = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = (line.split('#', 1)[0] as string).trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = addresses.get(key);
      if (known === undefined) addresses.set(key, [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  return addresses;
}

/** A hosts file, read again when it was changed. A missing file has no names. */
export class HostsFile {
  readonly #path: string;
  #modifiedMs = Number.NaN;
  #addresses: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(path = '/etc/hosts') {
    this.#path = path;
  }

  lookup(name: string): readonly string[] {
    const { mtimeMs } = statSync(this.#path, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
    if (mtimeMs !== this.#modifiedMs) {
      this.#modifiedMs = mtimeMs;
      this.#addresses = this.#read();
    }
    return this.#addresses.get(name.toLowerCase()) ?? [];
  }

  #read(): ReadonlyMap<string, readonly string[]> {
    try {
      return parseHostsFile(readFileSync(this.#path, 'utf8'));
    } catch {
      return new Map();
    }
  }
}
