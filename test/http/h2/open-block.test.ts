import t from 'tap';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import type { HpackDefect } from '#http/h2/hpack/hpack-defect.ts';
import { OpenBlock } from '#http/h2/open-block.ts';
import { memoryUsed } from '../memory-used.ts';
import { block, type Field } from './frames.ts';
import { decodeAll } from './hpack/collected-fields.ts';

const FRAME_BYTES = 16_384;
const LIMITS = { maxHeadersBytes: 1000, maxHeadersCount: 10 };
const NO_LIMITS = { maxHeadersBytes: 1e9, maxHeadersCount: 1e9 };

function opened(decoder = new HpackDecoder(), limits = LIMITS): OpenBlock {
  return new OpenBlock(1, 0, false, decoder, limits);
}

/** Adds these octets in frames; tells what was wrong, and with how many of them. */
function addAll(open: OpenBlock, octets: Buffer, size = FRAME_BYTES): [HpackDefect?, number?] {
  for (let at = 0; at < octets.length; at += size) {
    const end = Math.min(at + size, octets.length);
    const defect = open.add(octets, at, end, end === octets.length);
    if (defect !== undefined) return [defect, end];
  }
  return [];
}

function kept({ list }: OpenBlock): string[] {
  return list.fields.flatMap((field) => (field === undefined ? [] : [field.name.text]));
}

t.test('fields are kept up to the one that breaks a limit', async (t) => {
  const many: Field[] = Array.from({ length: 30 }, (_, at) => [`n-${at}`, 'v']);
  const fields = opened();
  addAll(fields, block(many), 7);
  t.equal(fields.overflow, 'tooManyFields');
  t.equal(kept(fields).length, 11);
  t.equal(fields.list.count, 30);
  t.equal(fields.length, block(many).length);

  const large: Field[] = Array.from({ length: 5 }, (_, at) => [`n-${at}`, 'v'.repeat(397)]);
  for (const size of [7, FRAME_BYTES]) {
    const bytes = opened();
    addAll(bytes, block(large), size);
    t.equal(bytes.overflow, 'tooLarge');
    t.same(kept(bytes), ['n-0', 'n-1', 'n-2']);
    bytes.judge();
    t.same(kept(bytes), []);
  }

  const whole = opened();
  addAll(whole, block(many.slice(0, 10)), 7);
  t.equal(whole.overflow, undefined);
  t.equal(kept(whole).length, 10);
});

t.test('a name or value has 65,536 octets at most, whatever the limits are', async (t) => {
  for (const [name, value, isRefused] of [
    ['x', 'y'.repeat(65_536), false],
    ['x', 'y'.repeat(65_537), true],
    ['x'.repeat(65_536), 'y'.repeat(65_536), false],
    ['x'.repeat(65_537), 'y', true],
  ] as const) {
    const open = opened(new HpackDecoder(), NO_LIMITS);
    const outcome = addAll(open, block([[name, value]]));
    t.same(outcome, isRefused ? ['stringTooLong', FRAME_BYTES] : [], 'told as soon as it is known');
    if (!isRefused) t.equal(open.list.fields[0]?.bytes, name.length + value.length);
  }
});

t.test('changes of the table size come in front of all fields, in whatever frame', async (t) => {
  const before = opened();
  t.same(addAll(before, Buffer.from('203fe11f3e82', 'hex'), 1), []);
  t.equal(before.list.count, 1);
  const only = opened();
  t.same(addAll(only, Buffer.from('2020', 'hex'), 1), []);
  const behind = opened();
  t.same(addAll(behind, Buffer.from('82203f', 'hex'), 1), ['tableSizeMisplaced', 2]);
  const decoder = new HpackDecoder();
  decoder.setTableSizeMax(100);
  t.same(addAll(opened(decoder), Buffer.from('8282', 'hex'), 1), ['tableSizeMissing', 1]);
  const shrunk = new HpackDecoder();
  shrunk.setTableSizeMax(100);
  t.same(addAll(opened(shrunk), Buffer.from('3f258282', 'hex'), 1), []);
});

t.test('a block that ends within a field is refused', async (t) => {
  for (const hex of ['ff', '00', '0001', '000178', '00017801', '3f', '40027878']) {
    const octets = Buffer.from(hex, 'hex');
    t.same(addAll(opened(), octets, 1), ['truncated', octets.length], hex);
  }
  const empty = opened();
  t.equal(empty.add(Buffer.alloc(0), 0, 0, false), undefined);
  t.equal(empty.add(Buffer.alloc(0), 0, 0, true), undefined);
  t.equal(empty.list.count, 0);
});

t.test('refused fields come into the table', async (t) => {
  const decoder = new HpackDecoder();
  const literals = block(Array.from({ length: 40 }, (_, at) => [`n-${at}`, 'v']));
  // The last one is to be indexed.
  const last = literals.lastIndexOf(Buffer.from([0, 4]));
  literals[last] = 0x40;
  const open = opened(decoder);
  t.same(addAll(open, literals, 10), []);
  t.equal(open.overflow, 'tooManyFields');
  t.same(decodeAll(decoder, Buffer.from([0xbe])).list, [['n-39', 'v', false]]);
});

t.test('a block of many megabytes takes no memory', async (t) => {
  const decoder = new HpackDecoder();
  for (const limits of [
    { maxHeadersBytes: 60_000, maxHeadersCount: 100 },
    { maxHeadersBytes: 60_000, maxHeadersCount: 1e9 },
    { maxHeadersBytes: 1e9, maxHeadersCount: 10 },
  ]) {
    const open = opened(decoder, limits);
    const start = memoryUsed();
    for (let at = 0; at < 1000; at++) {
      // Fields that are cut off everywhere, a new name and value each, in the table or not.
      const field = block([[`name-${at}`, `${at}`.padEnd(15_000, 'v')]]);
      if (at % 2 === 0) field[0] = 0x40;
      if (open.add(field, 0, field.length >> 1, false) !== undefined) t.fail('refused');
      if (open.add(field, field.length >> 1, field.length, false) !== undefined) t.fail('refused');
    }
    t.equal(open.list.count, 1000);
    t.not(open.overflow, undefined);
    const grown = memoryUsed() - start;
    t.ok(grown < 1_000_000, `${grown} bytes of ${open.length}`);
  }
});
