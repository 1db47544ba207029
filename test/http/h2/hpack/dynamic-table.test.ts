import fc from 'fast-check';
import t from 'tap';
import { DynamicTable } from '#http/h2/hpack/dynamic-table.ts';
import { FieldName } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';

const name = new FieldName('x-name');

/** RFC 7541 section 4 by the letter: newest first. */
class ListTable {
  fields: HeaderField[] = [];
  bytesMax = 4096;

  insert(field: HeaderField): void {
    this.fields.unshift(field);
    this.evict();
  }

  evict(): void {
    while (this.bytes > this.bytesMax) this.fields.pop();
  }

  get bytes(): number {
    return this.fields.reduce((sum, field) => sum + field.size, 0);
  }
}

t.test('whatever happens to the table, it is like a list', async () => {
  const insertion = fc.integer({ min: 0, max: 300 }).map((length) => ({ length, bytesMax: -1 }));
  const resizing = fc.integer({ min: 0, max: 6000 }).map((bytesMax) => ({ length: -1, bytesMax }));
  const step = fc.oneof({ weight: 20, arbitrary: insertion }, resizing);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const model = new ListTable();
      const table = new DynamicTable(model.bytesMax);
      for (const { length, bytesMax } of steps) {
        if (bytesMax >= 0) {
          model.bytesMax = bytesMax;
          model.evict();
          table.resize(bytesMax);
        } else {
          const field = new HeaderField(name, 'v'.repeat(length));
          model.insert(field);
          table.insert(field);
        }
        if (table.bytesMax !== model.bytesMax) return false;
        for (let index = 0; index <= model.fields.length; index++) {
          if (table.at(index) !== model.fields[index]) return false;
        }
      }
      return true;
    }),
    { numRuns: 200 },
  );
});
