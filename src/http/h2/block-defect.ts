/** What can be wrong with a header block that could be decoded. */
export type BlockDefect =
  /** A field that is none, in name or value (RFC 9113 section 8.2.1). */
  | 'invalidField'
  /** Something else that section 8 forbids. */
  | 'messaging'
  /** More fields, or more bytes, than are allowed. */
  | 'tooLarge'
  /** A name with an underscore, where that is refused. */
  | 'underscore';

/** As Envoy logs them. */
export const BLOCK_DETAILS: { readonly [Defect in BlockDefect]: string } = {
  invalidField: 'http2.invalid.header.field',
  messaging: 'http2.violation.of.messaging.rule',
  tooLarge: 'http2.too_many_headers',
  underscore: 'http2.unexpected_underscore',
};
