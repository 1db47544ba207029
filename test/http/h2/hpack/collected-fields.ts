import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HeaderFieldSink, HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';

/** A field with its never-indexed mark. */
export type ListedField = readonly [name: string, value: string, isNeverIndexed: boolean];

/** A sink that keeps what it is told. */
export class CollectedFields implements HeaderFieldSink {
  readonly fields: HeaderField[] = [];
  readonly list: ListedField[] = [];

  onField(field: HeaderField, isNeverIndexed: boolean): void {
    this.fields.push(field);
    this.list.push([field.name, field.value, isNeverIndexed]);
  }
}

/** What a decoder makes of a block that must be in order. */
export function decodeAll(decoder: HpackDecoder, block: Buffer): CollectedFields {
  const collected = new CollectedFields();
  const defect = decoder.decode(block, 0, block.length, collected);
  if (defect !== undefined) throw new Error(`${defect} in ${block.toString('hex')}`);
  return collected;
}
