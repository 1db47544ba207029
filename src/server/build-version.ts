import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#base/installation.ts';

/** What identifies this build; `/server_info` and `--version` show it. */
export interface BuildVersion {
  /** The commit of a checkout, `release` for a package without history. */
  readonly revision: string;
  /** Version of the package: `0.1.0`. */
  readonly version: string;
  /** `Clean` for a package; `Checkout` for a working tree, which may hold anything. */
  readonly status: 'Clean' | 'Checkout';
}

/** Reads the version of the package that this file belongs to, as sources or built. */
export function buildVersion(root: string = packageRoot): BuildVersion {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const commit = checkedOutCommit(join(root, '.git'));
  if (commit === undefined) {
    return { revision: 'release', version: manifest.version, status: 'Clean' };
  }
  return { revision: commit, version: manifest.version, status: 'Checkout' };
}

/** Envoy's five parts: revision, version, state of the sources, kind of build, TLS library. */
export function formatBuildVersion({ revision, version, status }: BuildVersion): string {
  return `${revision}/${version}/${status}/RELEASE/OpenSSL`;
}

/** Reads git's files rather than running git, which need not be installed. */
function checkedOutCommit(gitDirectory: string): string | undefined {
  const head = readIfThere(join(gitDirectory, 'HEAD'))?.trim();
  if (head === undefined) return undefined;
  if (!head.startsWith('ref: ')) return asCommit(head);
  const reference = head.slice('ref: '.length);
  const loose = readIfThere(join(gitDirectory, reference));
  if (loose !== undefined) return asCommit(loose.trim());
  const packed = readIfThere(join(gitDirectory, 'packed-refs'))?.split('\n') ?? [];
  return asCommit(packed.find((line) => line.endsWith(` ${reference}`))?.split(' ')[0]);
}

function asCommit(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text) ? text : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
