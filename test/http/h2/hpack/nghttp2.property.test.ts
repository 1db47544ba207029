import fc from 'fast-check';
import t from 'tap';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { tableBytes } from './arbitraries.ts';
import { decodeAll, type ListedField } from './collected-fields.ts';
import { encodeBlock } from './encode-block.ts';
import { Nghttp2Peer } from './nghttp2-peer.ts';

const REQUEST_START: readonly ListedField[] = [
  [':method', 'GET', false],
  [':scheme', 'https', false],
  [':authority', 'example.com', false],
  [':path', '/path?query', false],
];

/* Node folds or refuses some repeated headers and those of connections: none of them here. */
const name = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'accept',
      'cookie',
      'link',
      'set-cookie',
      'vary',
      'via',
      'x-one',
      'x-two',
    ),
  },
  fc.stringMatching(/^x-[a-z0-9_-]{1,20}$/),
);
const value = fc.oneof(
  fc.constantFrom('a', 'gzip, deflate', 'w'.repeat(300)),
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 9 }).map((number) => `value-${number}`) },
  fc
    .array(
      fc.integer({ min: 0x21, max: 0xff }).filter((octet) => octet !== 0x7f),
      {
        maxLength: 60,
      },
    )
    .map((octets) => String.fromCharCode(...octets)),
  // Ten of them still fit into one frame.
  fc.constant('l'.repeat(1500)),
);
const isNeverIndexed = fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true));
const fields = fc.array(fc.tuple(name, value, isNeverIndexed), { maxLength: 10 });

const limit = fc.option(tableBytes, { nil: null, freq: 5 });
/** Each step: perhaps another limit for us, perhaps one for nghttp2, and an exchange. */
const steps = fc.array(
  fc.record({
    theirLimit: limit,
    ourLimit: limit,
    request: fields,
    response: fields,
  }),
  { minLength: 1, maxLength: 30 },
);

interface Step {
  readonly theirLimit: number | null;
  readonly ourLimit: number | null;
  readonly request: readonly ListedField[];
  readonly response: readonly ListedField[];
}

/** Undefined, or what is different. */
async function differenceIn(conversation: readonly Step[]): Promise<string | undefined> {
  const peer = new Nghttp2Peer();
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder();
  peer.onTableSize = (bytes) => encoder.setPeerTableSize(bytes);
  try {
    for (const { theirLimit, ourLimit, request, response } of conversation) {
      if (theirLimit !== null) await peer.announceTableSize(theirLimit);
      if (ourLimit !== null) {
        await peer.limitTableSize(ourLimit);
        decoder.setTableSizeMax(ourLimit);
      }
      const sent = [...REQUEST_START, ...request];
      const answer: ListedField[] = [[':status', '418', false], ...response];
      const read = await peer.exchange(
        encodeBlock(encoder, sent),
        answer.map(([name, value]) => [name, value]),
      );
      const { list } = decodeAll(decoder, read.responseBlock);
      const difference =
        differenceOf('request', sent, read.request) ?? differenceOf('response', answer, list);
      if (difference !== undefined) return difference;
    }
    return undefined;
  } finally {
    peer.close();
  }
}

function differenceOf(
  what: string,
  sent: readonly ListedField[],
  read: readonly ListedField[],
): string | undefined {
  const pairs = (list: readonly ListedField[]): string =>
    JSON.stringify(list.map(([name, value]) => [name, value]));
  if (pairs(sent) !== pairs(read)) return `${what}: ${pairs(sent)} became ${pairs(read)}`;
  return undefined;
}

t.test('nghttp2 reads our blocks, and we read those of nghttp2', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (conversation) => {
      const difference = await differenceIn(conversation);
      if (difference !== undefined) throw new Error(difference);
    }),
    { numRuns: 200 },
  );
});

t.test('nghttp2 sees the never-indexed mark where it was asked for and on secrets', async (t) => {
  const peer = new Nghttp2Peer();
  const sent: ListedField[] = [
    ...REQUEST_START,
    ['authorization', 'Basic YTpi', false],
    ['x-secret', 'a', true],
    ['x-open', 'a', false],
  ];
  const encoder = new HpackEncoder();
  for (let round = 0; round < 2; round++) {
    const { request } = await peer.exchange(encodeBlock(encoder, sent), [[':status', '200']]);
    t.same(
      request.filter(([, , isNeverIndexed]) => isNeverIndexed).map(([name]) => name),
      ['authorization', 'x-secret'],
    );
  }
  peer.close();
});
