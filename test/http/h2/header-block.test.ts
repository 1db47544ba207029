import t from 'tap';
import { TrailerBlock } from '#http/h2/header-block.ts';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import { ResponseBlock } from '#http/h2/response-block.ts';
import { HeaderMap } from '#http/header-map.ts';
import { ResponseHeaders } from '#http/response-headers.ts';

const LIMITS = { maxHeadersBytes: 100_000, maxHeadersCount: 10_000 };

type Field = readonly [name: string, value: string, isNeverIndexed?: boolean];

function listOf(fields: readonly Field[]): HeaderList {
  const list = new HeaderList();
  list.begin(LIMITS.maxHeadersCount + 1);
  for (const [name, value, isNeverIndexed] of fields) {
    list.add(new HeaderField(fieldNameOf(name), value, isNeverIndexed));
  }
  return list;
}

/** The fields of a response, as the map hands them on. */
function readResponse(fields: readonly Field[]): Field[] {
  const headers = new ResponseHeaders();
  const list = listOf([[':status', '200'], ...fields]);
  const request = { isHead: false, isConnect: false };
  const defect = new ResponseBlock().read(list, headers, request, false, LIMITS);
  if (defect !== undefined) throw new Error(defect);
  const read: Field[] = [];
  headers.copyTo({
    appendField: ({ name, value, isNeverIndexed }) => read.push([name.text, value, isNeverIndexed]),
    appendKnown: (_id, name, value) => read.push([name, value]),
  });
  return read;
}

t.test('what is joined is never indexed when any part of it was not', async (t) => {
  for (const marks of [
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]) {
    const pieces = marks.map((mark, index) => [`${index}`, mark] as const);
    const vary = pieces.map(([value, mark]): Field => ['vary', value, mark]);
    const cookie = pieces.map(([value, mark]): Field => ['cookie', value, mark]);
    t.same(readResponse([...cookie, ...vary, ['x', 'y', false]]), [
      ['vary', '0,1,2', true],
      ['x', 'y', false],
      ['cookie', '0; 1; 2', true],
    ]);
  }
});

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
