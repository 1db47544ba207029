import t from 'tap';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import type { HpackDefect } from '#http/h2/hpack/hpack-defect.ts';
import { staticFields } from '#http/h2/hpack/static-table.ts';
import { CollectedFields, decodeAll } from './collected-fields.ts';

function defectOf(decoder: HpackDecoder, hex: string): HpackDefect | undefined {
  const block = Buffer.from(hex, 'hex');
  return decoder.decode(block, 0, block.length, new CollectedFields());
}

/** A literal with incremental indexing, nothing in Huffman code. */
function indexedLiteral(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x40]), plainString(name), plainString(value)]);
}

function plainString(text: string): Buffer {
  return Buffer.concat([integer(0x00, 0x7f, text.length), Buffer.from(text, 'latin1')]);
}

function integer(kind: number, prefixMax: number, value: number): Buffer {
  if (value < prefixMax) return Buffer.from([kind | value]);
  const octets = [kind | prefixMax];
  let rest = value - prefixMax;
  for (; rest >= 0x80; rest >>>= 7) octets.push(0x80 | (rest & 0x7f));
  return Buffer.from([...octets, rest]);
}

function sizeUpdate(bytes: number): Buffer {
  return integer(0x20, 0x1f, bytes);
}

t.test('the static table is known by index', async (t) => {
  t.equal(staticFields.length, 61);
  const { list } = decodeAll(new HpackDecoder(), Buffer.from('8182889095bd', 'hex'));
  t.same(list, [
    [':authority', '', false],
    [':method', 'GET', false],
    [':status', '200', false],
    ['accept-encoding', 'gzip, deflate', false],
    ['age', '', false],
    ['www-authenticate', '', false],
  ]);
});

t.test('an indexed field is the same object each time', async (t) => {
  const decoder = new HpackDecoder();
  const { fields } = decodeAll(decoder, indexedLiteral('x-one', 'a'));
  const again = decodeAll(decoder, Buffer.from('bebe82', 'hex')).fields;
  t.equal(again[0], fields[0]);
  t.equal(again[1], fields[0]);
  t.equal(again[2], staticFields[1]);
});

t.test('index 0 and indexes beyond the tables are refused', async (t) => {
  t.equal(defectOf(new HpackDecoder(), '80'), 'invalidIndex');
  t.equal(defectOf(new HpackDecoder(), 'be'), 'invalidIndex');
  t.equal(defectOf(new HpackDecoder(), 'ff8001'), 'invalidIndex');
  t.equal(defectOf(new HpackDecoder(), '7e0161'), 'invalidIndex');
  t.equal(defectOf(new HpackDecoder(), '0f2f0161'), 'invalidIndex');
  const decoder = new HpackDecoder();
  decodeAll(decoder, indexedLiteral('x-one', 'a'));
  t.equal(defectOf(decoder, 'be'), undefined);
  t.equal(defectOf(decoder, 'bf'), 'invalidIndex');
});

t.test('numbers are bounded', async (t) => {
  const decoder = new HpackDecoder(1 << 29);
  t.equal(defectOf(decoder, '3f9a0a'), undefined, '1337');
  t.equal(defectOf(decoder, '3fffffff7f'), undefined, 'four octets behind the prefix');
  t.equal(defectOf(new HpackDecoder(), 'ff8080808001'), 'integerOverflow');
  t.equal(defectOf(new HpackDecoder(), '007fffffffffff7f'), 'integerOverflow');
  t.equal(defectOf(new HpackDecoder(), '3f8080808000'), 'integerOverflow', 'needless octets');
  t.equal(defectOf(new HpackDecoder(), `3f${'80'.repeat(1000)}00`), 'integerOverflow');
});

t.test('a block that ends within a field is refused', async (t) => {
  for (const hex of ['ff', 'ff80', '40', '4001', '400161', '40016102', '4001610261', '04', '3f']) {
    t.equal(defectOf(new HpackDecoder(), hex), 'truncated', hex);
  }
  t.equal(defectOf(new HpackDecoder(), ''), undefined);
});

t.test('bad Huffman code is refused in names and in values', async (t) => {
  t.equal(defectOf(new HpackDecoder(), '0081ff0161'), 'invalidHuffman');
  t.equal(defectOf(new HpackDecoder(), '04821fff'), 'invalidHuffman');
  t.equal(defectOf(new HpackDecoder(), '0484ffffffff'), 'invalidHuffman');
  t.equal(defectOf(new HpackDecoder(), '04811e'), 'invalidHuffman');
});

t.test('the table size may change at the beginning of a block, up to our limit', async (t) => {
  const decoder = new HpackDecoder(4096);
  const one = indexedLiteral('x-one', 'a');
  decodeAll(decoder, one);
  t.equal(defectOf(decoder, '203fe11f82be'), 'invalidIndex', 'size 0 empties the table');
  const other = new HpackDecoder(4096);
  t.equal(defectOf(other, '3fe21f'), 'tableSizeTooLarge', '4097');
  t.equal(defectOf(new HpackDecoder(4096), '8220'), 'tableSizeMisplaced');
  t.equal(defectOf(new HpackDecoder(4096), '202020'), undefined);
});

t.test('a limit that was raised is used only when the peer says so', async (t) => {
  const decoder = new HpackDecoder(8192);
  const large = 'v'.repeat(3000);
  decodeAll(decoder, indexedLiteral('x-one', large));
  decodeAll(decoder, indexedLiteral('x-two', large));
  t.equal(defectOf(decoder, 'bf'), 'invalidIndex');
  const grown = new HpackDecoder(8192);
  decodeAll(grown, Buffer.concat([sizeUpdate(8192), indexedLiteral('x-one', large)]));
  decodeAll(grown, indexedLiteral('x-two', large));
  t.equal(defectOf(grown, 'bf'), undefined);
});

t.test('a limit that was lowered must be followed by the change', async (t) => {
  const decoder = new HpackDecoder(4096);
  decodeAll(decoder, indexedLiteral('x-one', 'a'));
  decoder.setTableSizeMax(100);
  t.equal(defectOf(decoder, '82'), 'tableSizeMissing');
  const obedient = new HpackDecoder(4096);
  decodeAll(obedient, indexedLiteral('x-one', 'a'));
  obedient.setTableSizeMax(100);
  decodeAll(obedient, Buffer.concat([sizeUpdate(100), Buffer.from('82be', 'hex')]));
  t.equal(defectOf(obedient, '82'), undefined);
  const already = new HpackDecoder(4096);
  decodeAll(already, sizeUpdate(50));
  already.setTableSizeMax(100);
  t.equal(defectOf(already, '82'), undefined, 'nothing to change');
});

t.test('a field larger than the table empties it and is a field all the same', async (t) => {
  const decoder = new HpackDecoder(100);
  decodeAll(decoder, indexedLiteral('x-one', 'a'));
  const large = 'v'.repeat(90);
  t.same(decodeAll(decoder, indexedLiteral('x-two', large)).list, [['x-two', large, false]]);
  t.equal(defectOf(decoder, 'be'), 'invalidIndex');
});

t.test('a name may be taken from the entry that its field evicts', async (t) => {
  const decoder = new HpackDecoder(100);
  decodeAll(decoder, indexedLiteral('x-one', 'v'.repeat(60)));
  const block = Buffer.concat([Buffer.from([0x7e]), plainString('w'.repeat(60))]);
  t.same(decodeAll(decoder, block).list, [['x-one', 'w'.repeat(60), false]]);
  t.same(decodeAll(decoder, Buffer.from([0xbe])).list, [['x-one', 'w'.repeat(60), false]]);
});

t.test('the table stays right whatever the list leaves out', async (t) => {
  const decoder = new HpackDecoder();
  const block = Buffer.concat([indexedLiteral('x-one', 'a'), indexedLiteral('x-two', 'b')]);
  const short = new HeaderList();
  short.begin(1);
  t.equal(decoder.decode(block, 0, block.length, short), undefined);
  t.equal(short.count, 2, 'they are counted');
  t.equal(short.fields.length, 1);
  t.same(decodeAll(decoder, Buffer.from('bebf', 'hex')).list, [
    ['x-two', 'b', false],
    ['x-one', 'a', false],
  ]);
});

t.test('only the octets from start to end are read', async (t) => {
  const decoder = new HpackDecoder();
  const collected = new CollectedFields();
  const block = Buffer.from('8080828080', 'hex');
  t.equal(decoder.decode(block, 2, 3, collected), undefined);
  t.same(collected.list, [[':method', 'GET', false]]);
  const literal = Buffer.from('04036162636465', 'hex');
  t.equal(decoder.decode(literal, 0, 4, collected), 'truncated');
});

t.test('sixteen thousand references to one large entry are one object', async (t) => {
  const decoder = new HpackDecoder();
  const value = 'v'.repeat(4000);
  const [entry] = decodeAll(decoder, indexedLiteral('x-bomb', value)).fields;
  const bomb = Buffer.alloc(16_384, 0xbe);
  const { fields, count } = decodeAll(decoder, bomb);
  t.equal(count, 16_384);
  t.ok(fields.every((field) => field === entry));
});
