import { ByteWriter } from '#http/h2/byte-writer.ts';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { headerIdOf } from '#http/known-headers.ts';

/** A block with these fields, pseudo-headers among them. */
export function encodeBlock(
  encoder: HpackEncoder,
  fields: readonly (readonly [name: string, value: string, isNeverIndexed?: boolean])[],
): Buffer {
  const out = new ByteWriter(1);
  encoder.beginBlock(out);
  for (const [name, value, isNeverIndexed] of fields) {
    encodeField(encoder, name, value, isNeverIndexed ?? false);
  }
  return Buffer.from(out.buffer.subarray(0, out.length));
}

function encodeField(
  encoder: HpackEncoder,
  name: string,
  value: string,
  isNeverIndexed: boolean,
): void {
  switch (name) {
    case ':method':
      return encoder.encodeMethod(value);
    case ':path':
      return encoder.encodePath(value, isNeverIndexed);
    case ':scheme':
      return encoder.encodeScheme(value);
    case ':authority':
      return encoder.encodeAuthority(value);
    case ':protocol':
      return encoder.encodeProtocol(value);
    case ':status':
      return encoder.encodeStatus(Number(value));
    default:
      if (!isNeverIndexed) return encoder.encode(headerIdOf(name), name, value);
      return encoder.encodeField(new HeaderField(fieldNameOf(name), value, true));
  }
}
