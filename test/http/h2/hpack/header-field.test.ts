import t, { type Test } from 'tap';
import type { FieldDefect } from '#http/h2/hpack/field-defect.ts';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import {
  NOT_PSEUDO,
  PSEUDO_AUTHORITY,
  PSEUDO_METHOD,
  PSEUDO_PATH,
  PSEUDO_PROTOCOL,
  PSEUDO_SCHEME,
  PSEUDO_STATUS,
  PSEUDO_UNKNOWN,
} from '#http/h2/hpack/pseudo-header.ts';
import { HeaderName, headerIdOf, UNKNOWN_HEADER } from '#http/known-headers.ts';
import { decodeAll } from './collected-fields.ts';
import { encodeBlock } from './encode-block.ts';

/** A literal with a literal name, nothing in Huffman code. */
function literal(kind: number, name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([kind, name.length]),
    Buffer.from(name, 'latin1'),
    Buffer.from([value.length]),
    Buffer.from(value, 'latin1'),
  ]);
}

/** What both spellings of a field say of it: plain, and in Huffman code as an encoder indexes it. */
function defectsOf(name: string, value: string): (FieldDefect | undefined)[] {
  const block = encodeBlock(new HpackEncoder(), [[name, value]]);
  const spellings = [literal(0x00, name, value), literal(0x40, name, value), block];
  return spellings.map((spelling) => decodeAll(new HpackDecoder(), spelling).fields[0]?.defect);
}

function check(t: Test, name: string, value: string, defect: FieldDefect | undefined): void {
  t.same(defectsOf(name, value), [defect, defect, defect], JSON.stringify([name, value]));
}

t.test('names', async (t) => {
  check(t, 'x-one', 'a', undefined);
  check(t, "a!#$%&'*+-.^_`|~9", 'a', undefined);
  check(t, '', 'a', 'emptyName');
  check(t, 'X-one', 'a', 'upperCaseName');
  check(t, 'content-Length', '1', 'upperCaseName');
  for (const octet of [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x28, 0x3a, 0x40, 0x7f, 0x80, 0xff]) {
    check(t, `x${String.fromCharCode(octet)}y`, 'a', 'illegalName');
  }
});

t.test('values', async (t) => {
  check(t, 'x-one', '', undefined);
  check(t, 'x-one', 'a b\tc', undefined);
  check(t, 'x-one', '\x80\xff', undefined);
  check(t, 'content-type', 'text/plain\r\nx: y', 'illegalValue');
  for (let octet = 0; octet < 0x100; octet++) {
    const isLegal = octet === 0x09 || (octet >= 0x20 && octet !== 0x7f);
    check(t, 'x-one', `a${String.fromCharCode(octet)}b`, isLegal ? undefined : 'illegalValue');
  }
  for (const value of [' ', '\t', ' a', 'a ', '\ta', 'a\t']) {
    check(t, 'x-one', value, 'illegalValue');
  }
});

t.test("fields of HTTP/1.1's connection management", async (t) => {
  for (const name of [
    'connection',
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
    'upgrade',
  ]) {
    check(t, name, 'a', 'connectionSpecific');
  }
  check(t, 'te', 'trailers', undefined);
  check(t, 'te', 'gzip', 'connectionSpecific');
  check(t, 'te', 'trailers, gzip', 'connectionSpecific');
  check(t, 'host', 'a', undefined);
});

t.test('pseudo-headers and known headers are recognised', async (t) => {
  const kinds = {
    ':method': PSEUDO_METHOD,
    ':path': PSEUDO_PATH,
    ':scheme': PSEUDO_SCHEME,
    ':authority': PSEUDO_AUTHORITY,
    ':protocol': PSEUDO_PROTOCOL,
    ':status': PSEUDO_STATUS,
    ':other': PSEUDO_UNKNOWN,
    ':': PSEUDO_UNKNOWN,
    ':Method': PSEUDO_UNKNOWN,
    method: NOT_PSEUDO,
    cookie: NOT_PSEUDO,
    'x-other': NOT_PSEUDO,
  };
  for (const [name, pseudo] of Object.entries(kinds)) {
    const [field] = decodeAll(new HpackDecoder(), literal(0x00, name, 'ab')).fields;
    t.equal(field?.name.pseudo, pseudo, name);
    t.equal(field?.name.id, headerIdOf(name));
    t.equal(field?.size, name.length + 2 + 32);
    t.equal(field?.defect, undefined);
  }
  t.equal(decodeAll(new HpackDecoder(), Buffer.from([0x9c])).fields[0]?.name.id, 8);
  t.equal(HeaderName['content-length'], 8);
  t.not(headerIdOf('cookie'), UNKNOWN_HEADER);
});
