const INITIAL_BYTES = 2048;

/** The bytes of a head that did not arrive in one piece. Its length is bounded by the head limit. */
export class PartialHead {
  bytes: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  length = 0;

  append(source: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = needed;
  }
}
