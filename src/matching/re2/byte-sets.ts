import type { ByteRange } from '#matching/re2/utf8-ranges.ts';

/** The sets of bytes that a program asks about, and which bytes none of them tells apart. */
export class ByteSets {
  readonly #sets: (readonly ByteRange[])[] = [];
  readonly #ids = new Map<string, number>();

  idOf(ranges: readonly ByteRange[]): number {
    const key = ranges.join(';');
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#sets.length;
      this.#sets.push(ranges);
      this.#ids.set(key, id);
    }
    return id;
  }

  build(): { byteClasses: Uint8Array; classCount: number; setMembers: Uint8Array } {
    // A class begins wherever some range begins or has just ended.
    const begins = new Uint8Array(257);
    for (const [low, high] of this.#sets.flat()) {
      begins[low] = 1;
      begins[high + 1] = 1;
    }
    const byteClasses = new Uint8Array(256);
    let last = 0;
    for (let byte = 1; byte < 256; byte++) {
      if (begins[byte] === 1) last++;
      byteClasses[byte] = last;
    }
    const classCount = last + 1;
    const setMembers = new Uint8Array(this.#sets.length * classCount);
    this.#sets.forEach((ranges, id) => {
      for (const [low, high] of ranges) {
        const first = id * classCount + (byteClasses[low] as number);
        setMembers.fill(
          1,
          first,
          first + 1 + (byteClasses[high] as number) - (byteClasses[low] as number),
        );
      }
    });
    return { byteClasses, classCount, setMembers };
  }
}
