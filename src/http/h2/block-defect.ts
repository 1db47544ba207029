/** What can be wrong with a header block that could be decoded. */
export type BlockDefect =
  /** A field that may not be there, or not with this value (RFC 9113 sections 8.2 and 8.3). */
  | 'invalidField'
  /** The fields are right one by one, but make no message. */
  | 'messaging'
  /** More fields than are allowed. */
  | 'tooManyFields'
  /** More bytes than are allowed. */
  | 'tooLarge'
  /** A name with an underscore, where that is refused. */
  | 'underscore';

/** What is known to be wrong with one before its end, whatever else comes. */
export type BlockOverflow = Extract<BlockDefect, 'tooManyFields' | 'tooLarge'>;

/** As Envoy logs them. */
export const BLOCK_DETAILS: { readonly [Defect in BlockDefect]: string } = {
  invalidField: 'http2.invalid.header.field',
  messaging: 'http2.violation.of.messaging.rule',
  tooManyFields: 'http2.too_many_headers',
  tooLarge: 'http2.header_list_size_too_large',
  underscore: 'http2.unexpected_underscore',
};
