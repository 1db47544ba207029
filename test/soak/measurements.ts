import { readdirSync, readFileSync } from 'node:fs';
import { residentBytesOf } from '../../bench/machine/process-usage.ts';

const MEGABYTE = 1_048_576;
/** Growth that is allowed between the second and the last fifth of a run. */
const GROWTH_FRACTION = 0.1;
const GROWTH_BYTES = 10 * MEGABYTE;

export function openFilesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** What the open files are, for the message when some were left. */
export function describeOpenFiles(pid: number): string {
  const sockets = readFileSync(`/proc/${pid}/net/sockstat`, 'latin1').split('\n', 2).join('; ');
  return `${openFilesOf(pid)} open files; ${sockets}`;
}

/** The resident memory of a process over a run. */
export class MemoryCurve {
  readonly #pid: number;
  readonly #samples: number[] = [];

  constructor(pid: number) {
    this.#pid = pid;
  }

  sample(): number {
    const bytes = residentBytesOf(this.#pid);
    this.#samples.push(bytes);
    return bytes;
  }

  /** The mean of the second fifth of the run: after the warm-up. */
  get earlyBytes(): number {
    return this.#meanOf(1);
  }

  get lateBytes(): number {
    return this.#meanOf(4);
  }

  get isFlat(): boolean {
    return this.lateBytes <= this.earlyBytes * (1 + GROWTH_FRACTION) + GROWTH_BYTES;
  }

  /** The means of all five fifths. */
  get summary(): string {
    return [0, 1, 2, 3, 4].map((fifth) => megabytes(this.#meanOf(fifth))).join(' -> ');
  }

  #meanOf(fifth: number): number {
    const count = this.#samples.length / 5;
    const part = this.#samples.slice(Math.floor(fifth * count), Math.ceil((fifth + 1) * count));
    return part.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, part.length);
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
