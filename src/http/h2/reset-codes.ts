import type { StreamResetReason } from '#http/codec.ts';
import { ErrorCode } from '#http/h2/error-code.ts';

/** The reasons that have a code of their own on the wire. */
const CODES: { readonly [Reason in StreamResetReason]?: ErrorCode } = {
  localRefusedStreamReset: ErrorCode.REFUSED_STREAM,
  remoteRefusedStreamReset: ErrorCode.REFUSED_STREAM,
  connectError: ErrorCode.CONNECT_ERROR,
  protocolError: ErrorCode.PROTOCOL_ERROR,
  overloadManager: ErrorCode.ENHANCE_YOUR_CALM,
};

/**
 * What a client is told. Behind a whole response nothing is wrong: the rest of the request is not
 * wanted (RFC 9113 section 8.1). A response that breaks off must not look like a whole one.
 */
export function serverResetCode(reason: StreamResetReason, isResponseWhole: boolean): ErrorCode {
  return CODES[reason] ?? (isResponseWhole ? ErrorCode.NO_ERROR : ErrorCode.INTERNAL_ERROR);
}

/** What an upstream is told: mostly that nobody wants its response any more. */
export function clientResetCode(reason: StreamResetReason): ErrorCode {
  return CODES[reason] ?? ErrorCode.CANCEL;
}

/** What the code of a RST_STREAM that came means, on either side. */
export function remoteResetReason(code: number): StreamResetReason {
  switch (code) {
    case ErrorCode.REFUSED_STREAM:
      return 'remoteRefusedStreamReset';
    case ErrorCode.CONNECT_ERROR:
      return 'connectError';
    case ErrorCode.PROTOCOL_ERROR:
      return 'protocolError';
    default:
      return 'remoteReset';
  }
}
