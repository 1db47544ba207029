import fc from 'fast-check';

/* Names with an id, with a static entry, with a rule of their own, and with none of these. */
const NAMES = [
  'accept',
  'accept-charset',
  'accept-encoding',
  'authorization',
  'content-length',
  'cookie',
  'etag',
  'set-cookie',
  'te-x',
  'traceparent',
  'user-agent',
  'x-forwarded-for',
  'x-one',
  'x-two',
  'x-three',
];

/** Values that come back, and some that hardly do; all of them legal. */
const LATIN1_TEXT = fc
  .array(
    fc.integer({ min: 0x21, max: 0xff }).filter((octet) => octet !== 0x7f),
    { maxLength: 60 },
  )
  .map((octets) => String.fromCharCode(...octets));
const value = fc.oneof(
  fc.constantFrom('', 'a', 'gzip, deflate', 'text/plain', '1'.repeat(40), 'w'.repeat(300)),
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 9 }).map((number) => `value-${number}`) },
  LATIN1_TEXT,
  fc.integer({ min: 1000, max: 6000 }).map((length) => 'l'.repeat(length)),
);
const name = fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^x-[a-z0-9_-]{0,20}$/));

export const field: fc.Arbitrary<[name: string, value: string, isNeverIndexed: boolean]> = fc.tuple(
  name,
  value,
  fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
);

/** A request's or response's fields, pseudo-headers in front, in any mixture. */
export const fieldList: fc.Arbitrary<[string, string, boolean][]> = fc
  .tuple(
    fc.subarray<[string, string, boolean]>([
      [':method', 'GET', false],
      [':method', 'PATCH', false],
      [':path', '/', false],
      [':path', '/some/path?with=query', false],
      [':scheme', 'https', false],
      [':authority', 'example.com', false],
      [':protocol', 'websocket', false],
      [':status', '200', false],
      [':status', '418', false],
    ]),
    fc.array(field, { maxLength: 15 }),
  )
  .map(([pseudo, regular]) => [...pseudo, ...regular]);

/** Table sizes around the limits that matter: none, one small entry, some, default, more. */
export const tableBytes: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 31, 32, 64, 100, 4095, 4096, 4097, 65_536),
  fc.integer({ min: 0, max: 10_000 }),
);
