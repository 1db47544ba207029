import t from 'tap';
import { ByteWriter } from '#http/h2/byte-writer.ts';
import { EncoderTable } from '#http/h2/hpack/encoder-table.ts';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { NameState, type TableEntry } from '#http/h2/hpack/name-state.ts';

/** Everything that is kept alive by an entry, through those of the same name. */
function linkedTo(entry: TableEntry): Set<TableEntry> {
  const found = new Set<TableEntry>();
  const open: (TableEntry | undefined)[] = [entry];
  while (open.length > 0) {
    const next = open.pop();
    if (next === undefined || found.has(next)) continue;
    found.add(next);
    open.push(next.older, next.newer, next.state.newest);
  }
  return found;
}

t.test('the entries of a name are found newest first, as long as the peer has them', async (t) => {
  const table = new EncoderTable(4096);
  const state = new NameState(fieldNameOf('x-one'));
  const entries = ['a', 'b', 'c'].map((value) => table.insert(state, value));
  t.same(
    entries.map((entry) => table.indexOf(entry)),
    [64, 63, 62],
  );
  t.same([state.newest?.value, state.newest?.older?.value], ['c', 'b']);
  table.resize((table.bytes * 2) / 3);
  t.same(
    entries.map(({ isEvicted }) => isEvicted),
    [true, false, false],
  );
  t.equal(entries[1]?.older, undefined);
  table.close();
  t.equal(state.newest, undefined);
  t.ok(entries.every(({ isEvicted }) => isEvicted));
});

t.test('a field that outlives its entry keeps nothing alive that came after it', async (t) => {
  const encoder = new HpackEncoder();
  const name = fieldNameOf('x-one');
  const field = new HeaderField(name, 'first');
  const out = new ByteWriter(1);
  encoder.beginBlock(out);
  encoder.encodeField(field);
  const entry = field.entry as TableEntry;
  for (let number = 0; number < 1000; number++) {
    const value = `${number}`.padStart(900, '-');
    for (let times = 0; times < 4; times++) encoder.encodeField(new HeaderField(name, value));
  }
  t.ok(entry.isEvicted);
  // Itself, and those that are in the table now.
  t.ok(linkedTo(entry).size <= 5, `${linkedTo(entry).size}`);
});
