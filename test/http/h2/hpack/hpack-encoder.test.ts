import t from 'tap';
import { ByteWriter } from '#http/h2/byte-writer.ts';
import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { memoryUsed } from '../../memory-used.ts';
import { decodeAll } from './collected-fields.ts';
import { encodeBlock } from './encode-block.ts';

type Pair = readonly [name: string, value: string];

const INDEXED = 0x80;
const LITERAL_INDEXED = 0x40;
const NEVER_INDEXED = 0x10;

/** The first octet of a block with this field alone. */
function kindOf(encoder: HpackEncoder, name: string, value: string, isMarked = false): number {
  return encodeBlock(encoder, [[name, value, isMarked]])[0] as number;
}

t.test('static fields take one octet', async (t) => {
  const block = encodeBlock(new HpackEncoder(), [
    [':method', 'POST'],
    [':path', '/index.html'],
    [':scheme', 'https'],
    [':status', '500'],
    ['accept-encoding', 'gzip, deflate'],
    ['vary', ''],
  ]);
  t.equal(block.toString('hex'), '8385878e90bb');
});

t.test('a field is spelt out in Huffman code once and referred to then', async (t) => {
  const encoder = new HpackEncoder();
  const first = encodeBlock(encoder, [[':authority', 'www.example.com']]);
  t.equal(first.toString('hex'), '418cf1e3c2e5f23a6ba0ab90f4ff');
  t.equal(encodeBlock(encoder, [[':authority', 'www.example.com']]).toString('hex'), 'be');
  const other = encodeBlock(encoder, [['custom-key', 'custom-value']]);
  t.equal(other.toString('hex'), '408825a849e95ba97d7f8925a849e95bb8e8b4bf');
  t.equal(encodeBlock(encoder, [[':authority', 'www.example.com']]).toString('hex'), 'bf');
  const sameName = encodeBlock(encoder, [['custom-key', 'other']]);
  t.equal((sameName[0] as number) & 0x3f, 62, 'its name is referred to');
});

t.test('Huffman code is not used where it is longer', async (t) => {
  const value = '\x80\x81\x82';
  const block = encodeBlock(new HpackEncoder(), [['x-one', value]]);
  t.same(block.subarray(-4), Buffer.from(`\x03${value}`, 'latin1'));
});

t.test('lengths that take several octets come back', async (t) => {
  for (const length of [126, 127, 128, 254, 255, 1000, 16_000]) {
    for (const name of ['x-one', 'cookie', ':path']) {
      const value = 'é1'.repeat(length / 2);
      const block = encodeBlock(new HpackEncoder(1 << 20), [[name, value]]);
      t.same(decodeAll(new HpackDecoder(1 << 20), block).list[0]?.slice(0, 2), [name, value]);
    }
  }
});

t.test('what was marked stays out of the table, and so do secrets', async (t) => {
  const encoder = new HpackEncoder();
  const secrets = ['authorization', 'cookie', 'proxy-authorization', 'set-cookie'];
  for (const name of secrets) {
    for (let round = 0; round < 3; round++) {
      t.equal(kindOf(encoder, name, 'value') & 0xf0, NEVER_INDEXED, name);
    }
  }
  t.equal(kindOf(encoder, 'x-one', 'value', true), NEVER_INDEXED);
  t.equal(kindOf(encoder, 'x-one', 'value'), LITERAL_INDEXED);
  t.equal(kindOf(encoder, 'x-one', 'value'), INDEXED | 62);
  t.equal(kindOf(encoder, 'x-one', 'value', true) & 0xf0, NEVER_INDEXED, 'even when it is known');
});

t.test('headers whose values are always fresh stay out of the table', async (t) => {
  const names = [':path', 'content-length', 'etag', 'traceparent', 'x-request-id'];
  for (const name of names) {
    const encoder = new HpackEncoder();
    const first = encodeBlock(encoder, [[name, '/value']]);
    t.same(encodeBlock(encoder, [[name, '/value']]), first);
    t.equal((first[0] as number) & 0xf0, 0x00, name);
  }
});

t.test('a header whose values do not come back is given up', async (t) => {
  const encoder = new HpackEncoder();
  let insertions = 0;
  for (let round = 0; round < 100; round++) {
    if (kindOf(encoder, 'x-session', `session-${round}`) >= LITERAL_INDEXED) insertions++;
  }
  t.ok(insertions > 0 && insertions < 10, `${insertions} insertions`);
});

t.test('a header that was given up is taken up again when its values come back', async (t) => {
  const encoder = new HpackEncoder();
  for (let round = 0; round < 100; round++) kindOf(encoder, 'x-session', `session-${round}`);
  let rounds = 0;
  while (kindOf(encoder, 'x-session', 'settled') < INDEXED && rounds < 1000) rounds++;
  t.ok(rounds < 300, `${rounds} rounds`);
});

t.test('a value that would take much of the table stays out of it', async (t) => {
  const encoder = new HpackEncoder();
  t.equal(kindOf(encoder, 'x-one', 'v'.repeat(2000)) & 0xf0, 0x00);
  t.equal(kindOf(encoder, 'x-one', 'v'.repeat(900)), LITERAL_INDEXED);
});

t.test('table sizes are announced: the smallest, then the last', async (t) => {
  const encoder = new HpackEncoder();
  const field = [['x-one', 'a']] as const;
  encodeBlock(encoder, field);
  encoder.setPeerTableSize(4096);
  t.equal(encodeBlock(encoder, field).toString('hex'), 'be', 'nothing to announce');
  encoder.setPeerTableSize(0);
  encoder.setPeerTableSize(1337);
  encoder.setPeerTableSize(100);
  const block = encodeBlock(encoder, field).toString('hex');
  t.match(block, /^203f45/, '0, then 100');
  encoder.setPeerTableSize(65_536);
  t.match(encodeBlock(encoder, field).toString('hex'), /^3fe11f/, 'no more than 4096 is used');
  const modest = new HpackEncoder(0);
  t.equal(encodeBlock(modest, field)[0], 0x20, 'no table at all is wanted');
  t.equal(kindOf(modest, 'x-one', 'a'), 0x00);
});

t.test('a full table follows its clients, though its oldest entry stays in use', async (t) => {
  const encoder = new HpackEncoder();
  const first: Pair = ['x-first', 'always there'];
  const setOf = (name: string): Pair[] =>
    Array.from({ length: 60 }, (_, index) => [`x-${name}-${index}`, 'v'.repeat(20)]);
  const octetsOf = (fields: readonly Pair[]): number => encodeBlock(encoder, fields).length;
  for (let turn = 0; turn < 50; turn++) octetsOf([first, ...setOf('old')]);
  const fresh = [first, ...setOf('new')];
  const atFirst = octetsOf(fresh);
  for (let turn = 0; turn < 150; turn++) octetsOf(fresh);
  const atLast = octetsOf(fresh);
  t.ok(atLast < atFirst / 3, `${atFirst} octets became ${atLast}`);
});

/** About 300 octets when it is spelt out. */
const NEIGHBOUR: readonly Pair[] = [
  [':authority', 'users.example.com'],
  ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)'],
  ['accept', 'application/json, text/plain, */*'],
  ['accept-encoding', 'gzip, deflate, br'],
  ['accept-language', 'en-US,en;q=0.9'],
  ['content-type', 'application/json'],
  ['x-tenant', 'acme'],
  ['x-forwarded-proto', 'https'],
];

/** Octets per block of a client beside whom another one sends `attack`, after some turns. */
function neighbourOctets(attack: (turn: number) => readonly Pair[]): number {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder();
  for (let turn = 0; turn < 20; turn++) decodeAll(decoder, encodeBlock(encoder, NEIGHBOUR));
  let octets = 0;
  const turns = 500;
  for (let turn = 0; turn < turns; turn++) {
    decodeAll(decoder, encodeBlock(encoder, attack(turn)));
    const block = encodeBlock(encoder, NEIGHBOUR);
    decodeAll(decoder, block);
    octets += block.length;
  }
  return octets / turns;
}

/** Ten fields per turn of one client against eight of its neighbour, one octet each at best. */
const ATTACKS: Readonly<Record<string, (turn: number, field: number) => Pair>> = {
  'fresh values of one name': (turn, field) => ['x-junk', `${turn}-${field}`.padEnd(60, 'x')],
  'fresh values of known names': (turn, field) => [
    ['user-agent', 'accept', 'x-tenant', 'content-type'][field % 4] as string,
    `${turn}-${field}`.padEnd(60, 'x'),
  ],
  'fresh names': (turn, field) => [`x-junk-${turn}-${field}`, 'x'.repeat(60)],
  'fresh names, each field sent twice': (turn, field) => [
    `x-junk-${turn}-${field >> 1}`,
    'x'.repeat(60),
  ],
  'fresh names, each field sent three times': (turn, field) => [
    `x-junk-${turn}-${Math.floor(field / 3)}`,
    'x'.repeat(60),
  ],
  'large fresh values': (turn, field) => [`x-junk-${field}`, `${turn}`.padEnd(1000, 'x')],
};

for (const [attack, fieldOf] of Object.entries(ATTACKS)) {
  t.test(`a neighbour's fields stay in the table beside ${attack}`, async (t) => {
    const calm = neighbourOctets(() => []);
    const octets = neighbourOctets((turn) =>
      Array.from({ length: 10 }, (_, field) => fieldOf(turn, field)),
    );
    t.equal(calm, NEIGHBOUR.length);
    t.ok(octets < NEIGHBOUR.length * 2, `${octets} octets per block`);
  });
}

t.test('a field that goes on is written as one of its text would be', async (t) => {
  const decoder = new HpackDecoder();
  const received = encodeBlock(new HpackEncoder(), NEIGHBOUR.slice(1));
  const fields = decodeAll(decoder, received).fields as HeaderField[];
  const byField = new HpackEncoder();
  const byText = new HpackEncoder();
  for (let turn = 0; turn < 3; turn++) {
    t.same(blockOf(byField, fields), encodeBlock(byText, NEIGHBOUR.slice(1)), `turn ${turn}`);
  }
  t.same(blockOf(new HpackEncoder(), fields), received, 'another encoder starts anew');
  t.same(blockOf(byField, fields), encodeBlock(byText, NEIGHBOUR.slice(1)), 'and leaves the first');
  byField.setPeerTableSize(0);
  byText.setPeerTableSize(0);
  for (let turn = 0; turn < 2; turn++) {
    t.same(blockOf(byField, fields), encodeBlock(byText, NEIGHBOUR.slice(1)), 'evicted');
  }
});

function blockOf(encoder: HpackEncoder, fields: readonly HeaderField[]): Buffer {
  const out = new ByteWriter(1);
  encoder.beginBlock(out);
  for (const field of fields) encoder.encodeField(field);
  return Buffer.from(out.buffer.subarray(0, out.length));
}

t.test('an authority that was cut out of a head does not keep the head alive', async (t) => {
  const before = memoryUsed();
  const encoders = Array.from({ length: 20 }, (_, index) => {
    const encoder = new HpackEncoder();
    const head = Buffer.alloc(1_000_000, `authority-${index}.test `).toString('latin1');
    encodeBlock(encoder, [[':authority', head.slice(0, head.indexOf(' '))]]);
    return encoder;
  });
  const grown = memoryUsed() - before;
  t.ok(grown < 1_000_000, `${grown} bytes`);
  t.equal(encodeBlock(encoders[7] as HpackEncoder, [[':authority', 'authority-7.test']]).length, 1);
});
