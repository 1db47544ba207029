import type { WriteStream } from 'node:tty';

/** One line that is replaced in place on a terminal; elsewhere only whole lines are printed. */
export class ProgressLine {
  readonly #stream: WriteStream;
  readonly #began = performance.now();
  #prefix = '';

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** Begins a part of the work, whose name stands before everything that `show` shows. */
  begin(part: string): void {
    this.#prefix = part;
    if (!this.#stream.isTTY) this.#stream.write(`${this.#elapsed()} ${part}\n`);
  }

  show(text: string): void {
    if (!this.#stream.isTTY) return;
    const line = `${this.#elapsed()} ${this.#prefix}: ${text}`;
    this.#stream.write(`\r\u001b[K${line.slice(0, this.#stream.columns - 1)}`);
  }

  /** Prints a line that stays. */
  say(text: string): void {
    this.clear();
    this.#stream.write(`${text}\n`);
  }

  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[K');
  }

  #elapsed(): string {
    const seconds = Math.floor((performance.now() - this.#began) / 1_000);
    return `[${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}]`;
  }
}
