import t from 'tap';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { decodeAll } from './collected-fields.ts';

interface Example {
  readonly section: string;
  readonly tableBytes: number;
  /** Each block in hexadecimal, with its fields. */
  readonly blocks: readonly (readonly [hex: string, ...fields: (readonly [string, string])[]])[];
}

const REQUEST: readonly (readonly [string, string])[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'www.example.com'],
];
const SECOND_REQUEST = [...REQUEST, ['cache-control', 'no-cache'] as const];
const THIRD_REQUEST: readonly (readonly [string, string])[] = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/index.html'],
  [':authority', 'www.example.com'],
  ['custom-key', 'custom-value'],
];
const RESPONSE: readonly (readonly [string, string])[] = [
  [':status', '302'],
  ['cache-control', 'private'],
  ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
  ['location', 'https://www.example.com'],
];
const SECOND_RESPONSE: readonly (readonly [string, string])[] = [
  [':status', '307'],
  ...RESPONSE.slice(1),
];
const THIRD_RESPONSE: readonly (readonly [string, string])[] = [
  [':status', '200'],
  ['cache-control', 'private'],
  ['date', 'Mon, 21 Oct 2013 20:13:22 GMT'],
  ['location', 'https://www.example.com'],
  ['content-encoding', 'gzip'],
  ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
];

const EXAMPLES: readonly Example[] = [
  {
    section: 'C.2.1 literal with indexing',
    tableBytes: 4096,
    blocks: [
      ['400a637573746f6d2d6b65790d637573746f6d2d686561646572', ['custom-key', 'custom-header']],
      ['be', ['custom-key', 'custom-header']],
    ],
  },
  {
    section: 'C.2.2 literal without indexing',
    tableBytes: 4096,
    blocks: [['040c2f73616d706c652f70617468', [':path', '/sample/path']]],
  },
  { section: 'C.2.4 indexed', tableBytes: 4096, blocks: [['82', [':method', 'GET']]] },
  {
    section: 'C.3 requests',
    tableBytes: 4096,
    blocks: [
      ['828684410f7777772e6578616d706c652e636f6d', ...REQUEST],
      ['828684be58086e6f2d6361636865', ...SECOND_REQUEST],
      ['828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565', ...THIRD_REQUEST],
    ],
  },
  {
    section: 'C.4 requests with Huffman coding',
    tableBytes: 4096,
    blocks: [
      ['828684418cf1e3c2e5f23a6ba0ab90f4ff', ...REQUEST],
      ['828684be5886a8eb10649cbf', ...SECOND_REQUEST],
      ['828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf', ...THIRD_REQUEST],
    ],
  },
  {
    section: 'C.5 responses, with evictions',
    tableBytes: 256,
    blocks: [
      [
        '4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54' +
          '6e1768747470733a2f2f7777772e6578616d706c652e636f6d',
        ...RESPONSE,
      ],
      ['4803333037c1c0bf', ...SECOND_RESPONSE],
      [
        '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f' +
          '3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b20' +
          '76657273696f6e3d31',
        ...THIRD_RESPONSE,
      ],
    ],
  },
  {
    section: 'C.6 responses with Huffman coding, with evictions',
    tableBytes: 256,
    blocks: [
      [
        '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f' +
          '0b97c8e9ae82ae43d3',
        ...RESPONSE,
      ],
      ['4883640effc1c0bf', ...SECOND_RESPONSE],
      [
        '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335df' +
          'dfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
        ...THIRD_RESPONSE,
      ],
    ],
  },
];

for (const { section, tableBytes, blocks } of EXAMPLES) {
  t.test(section, async (t) => {
    const decoder = new HpackDecoder(tableBytes);
    for (const [hex, ...fields] of blocks) {
      const { list } = decodeAll(decoder, Buffer.from(hex, 'hex'));
      t.same(
        list,
        fields.map(([name, value]) => [name, value, false]),
      );
    }
  });
}

t.test('C.2.3 literal never indexed', async (t) => {
  const decoder = new HpackDecoder();
  const { list } = decodeAll(decoder, Buffer.from('100870617373776f726406736563726574', 'hex'));
  t.same(list, [['password', 'secret', true]]);
});
