/* How the representations of a field begin (RFC 7541 section 6), and what their numbers leave free. */
export const INDEXED = 0x80;
export const INDEXED_PREFIX_MAX = 0x7f;
export const LITERAL_INDEXED = 0x40;
export const LITERAL_INDEXED_PREFIX_MAX = 0x3f;
/** Of the two literals that stay out of the table. */
export const LITERAL_PREFIX_MAX = 0x0f;
export const LITERAL_NEVER_INDEXED = 0x10;
export const LITERAL_PLAIN = 0x00;
export const SIZE_UPDATE = 0x20;
export const SIZE_UPDATE_PREFIX_MAX = 0x1f;

/** In front of a string's length (section 5.2): its octets are in Huffman code. */
export const HUFFMAN = 0x80;
export const STRING_PREFIX_MAX = 0x7f;

/** Numbers stay below 2^28: so many octets behind the prefix (section 5.1). */
export const INTEGER_OCTETS_MAX = 4;

/** Whether this is no field but a dynamic table size update (section 6.3). */
export function isSizeUpdate(first: number): boolean {
  return (first & 0xe0) === SIZE_UPDATE;
}
