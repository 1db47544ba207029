import t from 'tap';
import { TrailerBlock } from '#http/h2/header-block.ts';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import { ResponseBlock } from '#http/h2/response-block.ts';
import { HeaderMap } from '#http/header-map.ts';
import { ResponseHeaders } from '#http/response-headers.ts';

const LIMITS = { maxHeadersBytes: 100_000, maxHeadersCount: 10_000 };

function listOf(fields: readonly (readonly [name: string, value: string])[]): HeaderList {
  const list = new HeaderList();
  list.begin(LIMITS.maxHeadersCount + 1);
  for (const [name, value] of fields) list.add(new HeaderField(fieldNameOf(name), value));
  return list;
}

t.test('each block counts its own octets, also one without fields', async (t) => {
  const block = new TrailerBlock();
  const bytes = [{ a: '12', bc: '3' }, {}, { d: '' }].map((fields) => {
    t.equal(block.read(listOf(Object.entries(fields)), new HeaderMap(), LIMITS), undefined);
    return block.bytes;
  });
  t.same(bytes, [6, 0, 1]);
});

t.test(
  'fields are joined in linear time, however many are in front of the first one',
  async (t) => {
    const list = listOf([
      [':status', '200'],
      ...Array.from({ length: 1000 }, () => ['x', ''] as const),
      ...Array.from({ length: 1000 }, (_, index) => ['via', `${index}`] as const),
      ...Array.from({ length: 1000 }, (_, index) => ['vary', `${index}`] as const),
    ]);
    let reads = 0;
    list.fields = new Proxy(list.fields, {
      get: (fields, place) => {
        reads++;
        return Reflect.get(fields, place);
      },
    });
    const headers = new ResponseHeaders();
    const request = { isHead: false, isConnect: false };
    t.equal(new ResponseBlock().read(list, headers, request, false, LIMITS), undefined);
    t.equal(headers.size, 1002);
    for (const name of ['via', 'vary']) {
      t.same(headers.getAll(name), [Array.from({ length: 1000 }, (_, index) => index).join(',')]);
    }
    t.ok(reads < 20_000, `${reads} reads of fields`);
  },
);
