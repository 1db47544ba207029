/** Why a header block cannot be read; each is a connection error of type COMPRESSION_ERROR. */
export type HpackDefect =
  /** The block ends within a field. */
  | 'truncated'
  /** A name or value of more than 65,536 octets. */
  | 'stringTooLong'
  /** A number beyond 2^28 or written with needless octets. */
  | 'integerOverflow'
  /** Index 0, or one beyond the tables. */
  | 'invalidIndex'
  /** The end-of-string symbol, or padding that is too long or not all ones. */
  | 'invalidHuffman'
  /** A table size above what we allow. */
  | 'tableSizeTooLarge'
  /** A change of the table size behind the first field. */
  | 'tableSizeMisplaced'
  /** We lowered the limit, and the block does not begin with the change that must follow. */
  | 'tableSizeMissing';
