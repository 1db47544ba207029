import type { ByteWriter } from '#http/h2/byte-writer.ts';
import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import type { FieldSink, HeaderMap } from '#http/header-map.ts';
import { type HeaderId, HeaderName, knownHeaderNames } from '#http/known-headers.ts';
import { recurringField } from '#http/recurring-fields.ts';
import { isRecurring } from '#http/recurring-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

/** By id, 1: fields that are about one HTTP/1.1 connection, or stand in a pseudo-header. */
const IS_LEFT_OUT = new Uint8Array(knownHeaderNames.length);
for (const name of [
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
] as const) {
  IS_LEFT_OUT[HeaderName[name]] = 1;
}

/** `:status` and its three digits, and the names of the others. */
const STATUS_BYTES = 10;
const METHOD_BYTES = 7;
const PATH_BYTES = 5;
const SCHEME_BYTES = 7;
const AUTHORITY_BYTES = 10;

function isLeftOut(id: HeaderId, value: string): boolean {
  return IS_LEFT_OUT[id] === 1 || (id === HeaderName.te && value !== 'trailers');
}

/** Writes header blocks, leaving out what HTTP/2 does not have (RFC 9113 section 8.2.2). */
export class FieldWriter implements FieldSink {
  readonly encoder: HpackEncoder;
  /** Names and values of the present block, uncompressed. */
  plainBytes = 0;

  constructor(tableBytesMax: number) {
    this.encoder = new HpackEncoder(tableBytesMax);
  }

  begin(out: ByteWriter): void {
    this.encoder.beginBlock(out);
    this.plainBytes = 0;
  }

  writeFields(headers: HeaderMap): void {
    headers.copyTo(this);
  }

  appendField(field: HeaderField): void {
    if (isLeftOut(field.name.id, field.value)) return;
    this.plainBytes += field.bytes;
    this.encoder.encodeField(field);
  }

  appendKnown(id: HeaderId, name: string, value: string): void {
    if (isLeftOut(id, value)) return;
    this.plainBytes += name.length + value.length;
    if (isRecurring[id] === 1) this.encoder.encodeField(recurringField(id, value));
    else this.encoder.encode(id, name, value);
  }

  writeStatus(status: number): void {
    this.plainBytes += STATUS_BYTES;
    this.encoder.encodeStatus(status);
  }

  /** The pseudo-headers of a request; `protocol` makes it an extended CONNECT (RFC 8441). */
  writeRequestLine(headers: RequestHeaders, protocol: string | undefined): void {
    const { encoder } = this;
    const { method, path, scheme, authority } = headers;
    const isPlainConnect = method === 'CONNECT' && protocol === undefined;
    this.plainBytes += METHOD_BYTES + AUTHORITY_BYTES + method.length + authority.length;
    encoder.encodeMethod(protocol === undefined ? method : 'CONNECT');
    if (!isPlainConnect) {
      this.plainBytes += PATH_BYTES + SCHEME_BYTES + path.length + scheme.length;
      encoder.encodeScheme(scheme);
      encoder.encodePath(path, headers.isPathNeverIndexed);
    }
    encoder.encodeAuthority(authority);
    if (protocol !== undefined) encoder.encodeProtocol(protocol);
  }
}
