import t from 'tap';
import { ByteWriter } from '#http/h2/byte-writer.ts';
import { FieldWriter } from '#http/h2/field-writer.ts';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HeaderMap } from '#http/header-map.ts';
import { decodeAll } from './hpack/collected-fields.ts';

type Put = (headers: HeaderMap, name: string, value: string) => void;

const ORIGINS: Readonly<Record<string, Put>> = {
  'as fields': (headers, name, value) => {
    headers.appendField(new HeaderField(fieldNameOf(name), value));
  },
  'as text': (headers, name, value) => headers.append(name, value),
};

for (const [origin, put] of Object.entries(ORIGINS)) {
  t.test(`what HTTP/2 does not have is left out ${origin}`, async (t) => {
    const headers = new HeaderMap();
    const fields = [
      ['connection', 'x-one'],
      ['host', 'a.test'],
      ['keep-alive', '1'],
      ['te', ''],
      ['te', 'trailers,trailers'],
      ['te', 'trailers'],
      ['transfer-encoding', 'chunked'],
      ['upgrade', 'x'],
      ['x-one', '1'],
    ] as const;
    for (const [name, value] of fields) put(headers, name, value);
    const writer = new FieldWriter(4096);
    const out = new ByteWriter(1);
    writer.begin(out);
    writer.writeFields(headers);
    t.same(decodeAll(new HpackDecoder(), Buffer.from(out.buffer.subarray(0, out.length))).list, [
      ['te', 'trailers', false],
      ['x-one', '1', false],
    ]);
    t.equal(writer.plainBytes, 'tetrailersx-one1'.length);
  });
}
