import t from 'tap';
import { TrailerBlock } from '#http/h2/header-block.ts';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import { HeaderMap } from '#http/header-map.ts';

const LIMITS = { maxHeadersBytes: 1000, maxHeadersCount: 10 };

function listOf(fields: Readonly<Record<string, string>>): HeaderList {
  const list = new HeaderList();
  list.begin(LIMITS.maxHeadersCount + 1);
  for (const [name, value] of Object.entries(fields)) {
    list.add(new HeaderField(fieldNameOf(name), value));
  }
  return list;
}

t.test('each block counts its own octets, also one without fields', async (t) => {
  const block = new TrailerBlock();
  const bytes = [{ a: '12', bc: '3' }, {}, { d: '' }].map((fields) => {
    t.equal(block.read(listOf(fields), new HeaderMap(), LIMITS), undefined);
    return block.bytes;
  });
  t.same(bytes, [6, 0, 1]);
});
