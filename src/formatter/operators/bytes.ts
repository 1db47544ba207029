import type { FormatterContext } from '#formatter/formatter-context.ts';
import { type OperatorTable, simple } from '#formatter/operator-definition.ts';
import { numberSource } from '#formatter/value-source.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { BytesMeter } from '#stream-info/bytes-meter.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** Counts of bytes. */
export const byteOperators: OperatorTable = {
  BYTES_RECEIVED: ofStream((info) => info.bytesReceived),
  BYTES_SENT: ofStream((info) => info.bytesSent),
  ...metered('DOWNSTREAM', (info) => info.downstreamBytes),
  ...metered('UPSTREAM', (info) => info.upstreamBytes),
  REQUEST_HEADERS_BYTES: simple(numberSource(requestHeadersBytes)),
  RESPONSE_HEADERS_BYTES: simple(numberSource(responseHeadersBytes)),
  RESPONSE_TRAILERS_BYTES: simple(
    numberSource(({ responseTrailers }) => responseTrailers?.byteSize ?? 0),
  ),
  /** These two are about QUIC alone: 0 elsewhere, in Envoy too. */
  BYTES_RETRANSMITTED: simple(numberSource(() => 0)),
  PACKETS_RETRANSMITTED: simple(numberSource(() => 0)),
};

function ofStream(read: (info: StreamInfo) => number) {
  return simple(numberSource(({ streamInfo }: FormatterContext) => read(streamInfo)));
}

/** What went over the wire on one side of the proxy; 0 where nothing did. */
function metered(
  side: string,
  meterOf: (info: StreamInfo) => BytesMeter | undefined,
): OperatorTable {
  const ofMeter = (read: (meter: BytesMeter) => number) =>
    ofStream((info) => {
      const meter = meterOf(info);
      return meter === undefined ? 0 : read(meter);
    });
  return {
    [`${side}_WIRE_BYTES_RECEIVED`]: ofMeter((meter) => meter.wireBytesReceived),
    [`${side}_WIRE_BYTES_SENT`]: ofMeter((meter) => meter.wireBytesSent),
    [`${side}_HEADER_BYTES_RECEIVED`]: ofMeter((meter) => meter.headerBytesReceived),
    [`${side}_HEADER_BYTES_SENT`]: ofMeter((meter) => meter.headerBytesSent),
    [`${side}_DECOMPRESSED_HEADER_BYTES_RECEIVED`]: ofMeter(
      (meter) => meter.decompressedHeaderBytesReceived,
    ),
    [`${side}_DECOMPRESSED_HEADER_BYTES_SENT`]: ofMeter(
      (meter) => meter.decompressedHeaderBytesSent,
    ),
  };
}

/** Names and values, the pseudo-headers included (`HeaderMap::byteSize`). */
function requestHeadersBytes({ requestHeaders }: FormatterContext): number {
  if (requestHeaders === undefined) return 0;
  const { method, path, scheme, authority }: RequestHeaders = requestHeaders;
  return (
    requestHeaders.byteSize +
    sizeOf(':method', method) +
    sizeOf(':path', path) +
    sizeOf(':scheme', scheme) +
    sizeOf(':authority', authority)
  );
}

function responseHeadersBytes({ responseHeaders }: FormatterContext): number {
  if (responseHeaders === undefined) return 0;
  const { status }: ResponseHeaders = responseHeaders;
  return responseHeaders.byteSize + (status === 0 ? 0 : sizeOf(':status', '200'));
}

function sizeOf(name: string, value: string): number {
  return value === '' ? 0 : name.length + value.length;
}
