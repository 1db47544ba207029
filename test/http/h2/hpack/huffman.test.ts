import fc from 'fast-check';
import t from 'tap';
import {
  HUFFMAN_CODES,
  HUFFMAN_END_OF_STRING,
  HUFFMAN_LENGTHS,
} from '#http/h2/hpack/huffman-code.ts';
import { decoded, decodeHuffman } from '#http/h2/hpack/huffman-decoder.ts';
import { encodeHuffman, huffmanLength } from '#http/h2/hpack/huffman-encoder.ts';

function decode(bytes: Buffer): string | undefined {
  if (!decodeHuffman(bytes, 0, bytes.length)) return undefined;
  return decoded.scratch.toString('latin1', 0, decoded.length);
}

function encode(text: string): Buffer {
  const out = Buffer.alloc(huffmanLength(text) + 2, 0xaa);
  const end = encodeHuffman(text, out, 1);
  if (end !== out.length - 1 || out.at(-1) !== 0xaa) throw new Error('not the announced length');
  return out.subarray(1, end);
}

/** Bits as octets, filled up with ones. */
function octetsOf(bits: string): Buffer {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
}

function bitsOf(symbol: number): string {
  const code = HUFFMAN_CODES[symbol] as number;
  return code.toString(2).padStart(HUFFMAN_LENGTHS[symbol] as number, '0');
}

t.test('the code is complete and holds values that the RFC spells out', async (t) => {
  let total = 0;
  for (const length of HUFFMAN_LENGTHS) total += 2 ** -length;
  t.equal(total, 1);
  t.equal(bitsOf(0x30), '00000');
  t.equal(bitsOf(0x61), '00011');
  t.equal(bitsOf(0x5c), '1111111111111110000');
  t.equal(bitsOf(0x00), '1111111111000');
  t.equal(bitsOf(HUFFMAN_END_OF_STRING), '1'.repeat(30));
});

t.test('strings of the RFC', async (t) => {
  const pairs = [
    ['www.example.com', 'f1e3c2e5f23a6ba0ab90f4ff'],
    ['no-cache', 'a8eb10649cbf'],
    ['custom-key', '25a849e95ba97d7f'],
    ['private', 'aec3771a4b'],
    ['', ''],
  ] as const;
  for (const [text, hex] of pairs) {
    t.equal(encode(text).toString('hex'), hex);
    t.equal(decode(Buffer.from(hex, 'hex')), text);
  }
});

t.test('any octets come back, whatever stands before them', async () => {
  const octets = fc.uint8Array({ maxLength: 80 });
  fc.assert(
    fc.property(octets, (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      return decode(encode(text)) === text;
    }),
  );
});

t.test('every symbol in every position within an octet', async (t) => {
  for (let symbol = 0; symbol < 256; symbol++) {
    const octet = String.fromCharCode(symbol);
    for (const text of [octet, `0${octet}`, `00${octet}0`, `0-${octet}${octet}`, `000${octet}`]) {
      if (decode(encode(text)) !== text) t.fail(`octet ${symbol} in ${JSON.stringify(text)}`);
    }
  }
});

t.test('octets that no field value may have are found, and no others', async (t) => {
  for (let symbol = 0; symbol < 256; symbol++) {
    const isLegal = symbol === 0x09 || (symbol >= 0x20 && symbol !== 0x7f);
    decode(encode(`a${String.fromCharCode(symbol)}b`));
    if (decoded.hasIllegalOctet === isLegal) t.fail(`octet ${symbol}`);
  }
  t.ok(decode(encode('abc')));
  t.equal(decoded.hasIllegalOctet, false);
});

t.test('padding is at most seven one bits', async (t) => {
  const eightBits = octetsOf(bitsOf(0x26));
  t.equal(eightBits.length, 1);
  t.equal(decode(eightBits), '&');
  t.equal(decode(Buffer.concat([eightBits, Buffer.from([0xff])])), undefined);
  t.equal(decode(Buffer.from([0xff])), undefined);
  t.equal(decode(octetsOf('00011')), 'a');
  for (let bit = 0; bit < 3; bit++) {
    const wrong = octetsOf('00011');
    wrong[0] = (wrong[0] as number) & ~(1 << bit);
    t.equal(decode(wrong), undefined);
  }
});

t.test('the end-of-string symbol is refused wherever it stands', async (t) => {
  const end = '1'.repeat(30);
  t.equal(decode(octetsOf(end)), undefined);
  t.equal(decode(octetsOf(`00011${end}`)), undefined);
  t.equal(decode(octetsOf(`00011${end}00011`)), undefined);
  t.equal(decode(octetsOf(`${end}${end}0`)), undefined);
});
