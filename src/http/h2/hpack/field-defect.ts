/** Why a field makes its message malformed (RFC 9113 sections 8.2.1 and 8.2.2). */
export type FieldDefect =
  | 'emptyName'
  | 'upperCaseName'
  /** An octet in the name that is no token octet. */
  | 'illegalName'
  /** A control octet in the value, or blanks around it. */
  | 'illegalValue'
  /** A field of HTTP/1.1's connection management, or `te` with anything but `trailers`. */
  | 'connectionSpecific';
