/**
 * What one stream moved over one connection, in bytes, as Envoy's `BytesMeter` counts it. The codec
 * that carries the stream counts; logs read. A meter may be used again for the next stream of its
 * connection, so whoever reads it after its stream ended keeps a copy (`settledBytes`).
 */
export interface BytesMeter {
  /** Everything that was read while the stream was the one to read for, framing included. */
  readonly wireBytesReceived: number;
  /** Everything that was written for the stream, framing included. */
  readonly wireBytesSent: number;
  /**
   * Header fields and trailers as they were on the wire. HTTP/1.1: name, value and three bytes a
   * field, without start line and blank line; what is sent has the space after the colon as well.
   * HTTP/2: the frames that carry them, compressed.
   */
  readonly headerBytesReceived: number;
  readonly headerBytesSent: number;
  /** The same without compression. */
  readonly decompressedHeaderBytesReceived: number;
  readonly decompressedHeaderBytesSent: number;
}

/** What a meter shows now, for when it goes on to count for another stream. */
export function settledBytes(meter: BytesMeter): BytesMeter {
  return {
    wireBytesReceived: meter.wireBytesReceived,
    wireBytesSent: meter.wireBytesSent,
    headerBytesReceived: meter.headerBytesReceived,
    headerBytesSent: meter.headerBytesSent,
    decompressedHeaderBytesReceived: meter.decompressedHeaderBytesReceived,
    decompressedHeaderBytesSent: meter.decompressedHeaderBytesSent,
  };
}

/** What earlier attempts of a request moved, and one that is still counting, together. */
export function summedBytes(before: BytesMeter, now: BytesMeter): BytesMeter {
  const earlier = settledBytes(before);
  return {
    get wireBytesReceived() {
      return earlier.wireBytesReceived + now.wireBytesReceived;
    },
    get wireBytesSent() {
      return earlier.wireBytesSent + now.wireBytesSent;
    },
    get headerBytesReceived() {
      return earlier.headerBytesReceived + now.headerBytesReceived;
    },
    get headerBytesSent() {
      return earlier.headerBytesSent + now.headerBytesSent;
    },
    get decompressedHeaderBytesReceived() {
      return earlier.decompressedHeaderBytesReceived + now.decompressedHeaderBytesReceived;
    },
    get decompressedHeaderBytesSent() {
      return earlier.decompressedHeaderBytesSent + now.decompressedHeaderBytesSent;
    },
  };
}
