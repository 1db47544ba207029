import type { CodecError } from '#http/codec.ts';
import type { ChunkDefect } from '#http/h1/chunked-decoder.ts';
import type { ConnectionHeaderDefect } from '#http/h1/connection-header.ts';
import type { FramingDefect } from '#http/h1/framing.ts';
import type { HeadDefect } from '#http/h1/head-parser.ts';
import type { TargetDefect } from '#http/h1/request-target.ts';

/** What can be wrong with a body: with its chunks, or with the trailers behind them. */
export type BodyDefect = ChunkDefect | HeadDefect;

/** Everything for which a request is refused before anything else sees it. */
export type RequestDefect =
  | BodyDefect
  | FramingDefect
  | TargetDefect
  | ConnectionHeaderDefect
  | 'repeatedHost'
  | 'bodyInConnect';

function error(status: number, details: string, body: string): CodecError {
  return { status, details, body };
}

const CODEC_ERROR = error(400, 'http1.codec_error', 'Bad Request');
const INVALID_URL = error(400, 'http1.invalid_url', 'Bad Request');
const INVALID_TRANSFER_ENCODING = error(501, 'http1.invalid_transfer_encoding', 'Not Implemented');

/** What Envoy answers and logs for each defect of a request. */
const REQUEST_ERRORS: { readonly [Defect in RequestDefect]: CodecError } = {
  invalidStartLine: CODEC_ERROR,
  invalidMethod: CODEC_ERROR,
  invalidTarget: CODEC_ERROR,
  invalidVersion: CODEC_ERROR,
  unsupportedVersion: error(426, 'low_version', 'Upgrade Required'),
  invalidStatus: CODEC_ERROR,
  invalidHeaderName: CODEC_ERROR,
  invalidCharacter: error(400, 'http1.invalid_characters', 'Bad Request'),
  obsoleteLineFolding: CODEC_ERROR,
  bareLineEnd: CODEC_ERROR,
  headTooLarge: error(431, 'http1.headers_too_large', 'Request Header Fields Too Large'),
  tooManyHeaders: error(431, 'http1.too_many_headers', 'Request Header Fields Too Large'),
  repeatedHost: CODEC_ERROR,
  invalidAuthority: error(400, 'http.invalid_authority', 'Bad Request'),
  malformedTarget: CODEC_ERROR,
  invalidUrl: INVALID_URL,
  invalidScheme: error(400, 'http1.invalid_scheme', 'Bad Request'),
  connectionHeaderRejected: error(400, 'http1.connection_header_rejected', 'Bad Request'),
  bodyInConnect: error(400, 'http1.body_disallowed', 'Bad Request'),
  invalidContentLength: CODEC_ERROR,
  invalidTransferEncoding: INVALID_TRANSFER_ENCODING,
  contentLengthAndTransferEncoding: error(
    400,
    'http1.content_length_and_chunked_not_allowed',
    'Bad Request',
  ),
  transferEncodingInHttp10: error(400, 'http1.transfer_encoding_not_allowed', 'Bad Request'),
  invalidChunkSize: CODEC_ERROR,
  invalidChunkExtension: CODEC_ERROR,
  invalidChunkEnd: CODEC_ERROR,
  chunkExtensionsTooLarge: CODEC_ERROR,
};

export function requestError(defect: RequestDefect): CodecError {
  return REQUEST_ERRORS[defect];
}
