import type { CodecError } from '#http/codec.ts';
import type { ChunkDefect } from '#http/h1/chunked-decoder.ts';
import type { FramingDefect } from '#http/h1/framing.ts';
import type { HeadDefect } from '#http/h1/head-parser.ts';

function error(status: number, details: string, body: string): CodecError {
  return { status, details, body };
}

const CODEC_ERROR = error(400, 'http1.codec_error', 'Bad Request');
const INVALID_CHARACTERS = error(400, 'http1.invalid_characters', 'Bad Request');
const INVALID_TRANSFER_ENCODING = error(501, 'http1.invalid_transfer_encoding', 'Not Implemented');

/** What Envoy answers and logs for each defect of a request. */
const REQUEST_ERRORS: {
  readonly [Defect in HeadDefect | FramingDefect | ChunkDefect]: CodecError;
} = {
  invalidStartLine: CODEC_ERROR,
  invalidMethod: CODEC_ERROR,
  invalidTarget: CODEC_ERROR,
  invalidVersion: CODEC_ERROR,
  invalidStatus: CODEC_ERROR,
  invalidHeaderName: CODEC_ERROR,
  invalidHeaderValue: INVALID_CHARACTERS,
  obsoleteLineFolding: CODEC_ERROR,
  bareLineEnd: CODEC_ERROR,
  headTooLarge: error(431, 'http1.headers_too_large', 'Request Header Fields Too Large'),
  tooManyHeaders: error(431, 'http1.too_many_headers', 'Request Header Fields Too Large'),
  invalidContentLength: CODEC_ERROR,
  invalidTransferEncoding: INVALID_TRANSFER_ENCODING,
  contentLengthAndTransferEncoding: error(
    400,
    'http1.content_length_and_chunked_not_allowed',
    'Bad Request',
  ),
  transferEncodingInHttp10: INVALID_TRANSFER_ENCODING,
  invalidChunkSize: CODEC_ERROR,
  invalidChunkEnd: CODEC_ERROR,
  chunkExtensionsTooLarge: CODEC_ERROR,
};

export function requestError(defect: HeadDefect | FramingDefect | ChunkDefect): CodecError {
  return REQUEST_ERRORS[defect];
}

/** A request target that is neither a path nor an absolute, authority or asterisk form. */
export const INVALID_URL: CodecError = error(400, 'http1.invalid_url', 'Bad Request');
