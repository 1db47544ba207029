import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import type { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';

/** A field with its never-indexed mark. */
export type ListedField = readonly [name: string, value: string, isNeverIndexed: boolean];

/** Everything that a decoder adds. */
export class CollectedFields extends HeaderList {
  constructor() {
    super();
    this.begin(Number.POSITIVE_INFINITY);
  }

  get list(): ListedField[] {
    const fields = this.fields.slice(0, this.count) as HeaderField[];
    return fields.map(({ name, value, isNeverIndexed }) => [name.text, value, isNeverIndexed]);
  }
}

/** What a decoder makes of a block that must be in order. */
export function decodeAll(decoder: HpackDecoder, block: Buffer): CollectedFields {
  const collected = new CollectedFields();
  const defect = decoder.decode(block, 0, block.length, collected);
  if (defect !== undefined) throw new Error(`${defect} in ${block.toString('hex')}`);
  return collected;
}
