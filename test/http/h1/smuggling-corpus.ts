/**
 * Requests that two recipients may split differently, as they are used to smuggle one past the
 * other. `/s` is what would be smuggled, `/v` an honest request behind it; `$` in paths stands for
 * something that tells one use of the corpus from another.
 */
export interface Payload {
  readonly name: string;
  readonly bytes: string;
  /**
   * What is read before the connection is given up (`refused`) or goes on waiting: method, path and
   * body of each request.
   */
  readonly requests: readonly string[];
  readonly isRefused: boolean;
}

const HOST = 'Host: example.test\r\n';
const POST = `POST /p$ HTTP/1.1\r\n${HOST}`;
const SMUGGLED = `GET /s$ HTTP/1.1\r\n${HOST}\r\n`;
const VICTIM = `GET /v$ HTTP/1.1\r\n${HOST}\r\n`;
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

function refused(name: string, bytes: string, ...requests: readonly string[]): Payload {
  return { name, bytes: `${bytes}${VICTIM}`, requests, isRefused: true };
}

function taken(name: string, bytes: string, ...requests: readonly string[]): Payload {
  return {
    name,
    bytes: `${bytes}${VICTIM}`,
    requests: [...requests, 'GET /v$ '],
    isRefused: false,
  };
}

/** A length that covers the smuggled request, and chunks that end before it. */
function clTe(name: string, coding: string): Payload {
  const body = `0\r\n\r\n${SMUGGLED}`;
  return refused(name, `${POST}Content-Length: ${body.length}\r\n${coding}\r\n\r\n${body}`);
}

/** A length that ends before the smuggled request, and one chunk that covers it. */
function teCl(name: string, coding: string): Payload {
  const size = SMUGGLED.length.toString(16);
  const chunk = `${size}\r\n${SMUGGLED}\r\n0\r\n\r\n`;
  return refused(name, `${POST}Content-Length: ${size.length + 2}\r\n${coding}\r\n\r\n${chunk}`);
}

const CODINGS: readonly (readonly [name: string, line: string])[] = [
  ['plain', 'Transfer-Encoding: chunked'],
  ['in capitals', 'TRANSFER-ENCODING: CHUNKED'],
  ['with a space before the colon', 'Transfer-Encoding : chunked'],
  ['with a tab before the colon', 'Transfer-Encoding\t: chunked'],
  ['with a tab behind the colon', 'Transfer-Encoding:\tchunked'],
  ['with white space behind it', 'Transfer-Encoding: chunked \t'],
  ['with an x before it', 'Transfer-Encoding: xchunked'],
  ['with an x behind it', 'Transfer-Encoding: chunkedx'],
  ['in quotation marks', 'Transfer-Encoding: "chunked"'],
  ['in apostrophes', "Transfer-Encoding: 'chunked'"],
  ['with a vertical tab', 'Transfer-Encoding: \x0bchunked'],
  ['with a form feed', 'Transfer-Encoding: \x0cchunked'],
  ['with a NUL', 'Transfer-Encoding: chunked\0'],
  ['with a non-breaking space', 'Transfer-Encoding:\xa0chunked'],
  ['with a bare CR before it', 'Transfer-Encoding:\rchunked'],
  ['with a bare CR behind it', 'Transfer-Encoding: chunked\r'],
  ['behind a bare LF', 'X: y\nTransfer-Encoding: chunked'],
  ['behind a bare CR', 'X: y\rTransfer-Encoding: chunked'],
  ['folded', 'Transfer-Encoding:\r\n chunked'],
  ['folded with a tab', 'Transfer-Encoding:\r\n\tchunked'],
  ['in a folded field', 'X: y\r\n Transfer-Encoding: chunked'],
  ['behind identity', 'Transfer-Encoding: identity, chunked'],
  ['before identity', 'Transfer-Encoding: chunked, identity'],
  ['twice in a line', 'Transfer-Encoding: chunked, chunked'],
  ['with a comma behind it', 'Transfer-Encoding: chunked,'],
  ['with a comma before it', 'Transfer-Encoding: ,chunked'],
  ['with a parameter', 'Transfer-Encoding: chunked;q=1'],
  ['in two lines', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
  ['before identity in two lines', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'],
  ['behind identity in two lines', 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked'],
  ['behind a coding without a value', 'Transfer-Encoding:\r\nTransfer-Encoding: chunked'],
  ['with an underscore in its name too', 'Transfer_Encoding: x\r\nTransfer-Encoding: chunked'],
  ['with a NUL in its name', 'Transfer-\0Encoding: chunked'],
  ['with a high octet in its name', 'Transfer-Encoding\x80: chunked'],
  ['with a space before its name', ' Transfer-Encoding: chunked'],
];

const LENGTHS: readonly (readonly [name: string, lines: string])[] = [
  ['twice, equal', 'Content-Length: 5\r\nContent-Length: 5'],
  ['twice, different', 'Content-Length: 5\r\nContent-Length: 0'],
  ['twice, different, the other way round', 'Content-Length: 0\r\nContent-Length: 5'],
  ['as a list of equals', 'Content-Length: 5, 5'],
  ['as a list', 'Content-Length: 5, 0'],
  ['with a plus', 'Content-Length: +5'],
  ['with a minus', 'Content-Length: -5'],
  ['as hexadecimal', 'Content-Length: 0x5'],
  ['with a fraction', 'Content-Length: 5.0'],
  ['with an exponent', 'Content-Length: 5e0'],
  ['with a letter behind it', 'Content-Length: 5a'],
  ['with a space within', 'Content-Length: 0 5'],
  ['with a semicolon', 'Content-Length: 5;0'],
  ['in quotation marks', 'Content-Length: "5"'],
  ['with a space before the colon', 'Content-Length : 5'],
  ['folded', 'Content-Length:\r\n 5'],
  ['folded to another number', 'Content-Length: 5\r\n 0'],
  ['with a vertical tab', 'Content-Length: \x0b5'],
  ['with a NUL', 'Content-Length: 5\0'],
  ['without a value', 'Content-Length:'],
  ['beyond 64 bits', 'Content-Length: 18446744073709551621'],
  ['beyond 32 bits and negative', 'Content-Length: -4294967291'],
  ['with a bare CR behind it', 'Content-Length: 5\r'],
  ['behind a bare LF', 'X: y\nContent-Length: 5'],
  ['in another script’s digit', 'Content-Length: \xb2'],
];

const CHUNKS: readonly (readonly [name: string, chunks: string])[] = [
  ['a size with 0x', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a size with a plus', '+5\r\nhello\r\n0\r\n\r\n'],
  ['a negative size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['a size with a space before it', ' 5\r\nhello\r\n0\r\n\r\n'],
  ['a size with a space behind it', '5 \r\nhello\r\n0\r\n\r\n'],
  ['a size with an underscore', '0_5\r\nhello\r\n0\r\n\r\n'],
  ['a size beyond 64 bits', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['a size that ends with a bare LF', '5\nhello\r\n0\r\n\r\n'],
  ['a size that ends with a bare CR', '5\rhello\r\n0\r\n\r\n'],
  ['a size that ends with CR CR LF', '5\r\r\nhello\r\n0\r\n\r\n'],
  ['an extension that ends with a bare LF', '5;a\nhello\r\n0\r\n\r\n'],
  ['an extension with a bare CR', '5;a\rb\r\nhello\r\n0\r\n\r\n'],
  ['an extension with a quoted line end', '5;a="\r\n"\r\nhello\r\n0\r\n\r\n'],
  ['an extension with a NUL', '5;a\0\r\nhello\r\n0\r\n\r\n'],
  ['an extension without a name', '5;\r\nhello\r\n0\r\n\r\n'],
];

const LATE_CHUNKS: readonly (readonly [name: string, chunks: string])[] = [
  ['data that ends with a bare LF', '5\r\nhello\n0\r\n\r\n'],
  ['data that ends with a bare CR', '5\r\nhello\r0\r\n\r\n'],
  ['data without an end', '5\r\nhello0\r\n\r\n'],
  ['data that is too long', '5\r\nhello world\r\n0\r\n\r\n'],
  ['data that is too long by two', '5\r\nhelloXX0\r\n\r\n'],
  ['a last chunk that ends with a bare LF', '5\r\nhello\r\n0\n\r\n'],
  ['a body that ends with a bare LF', '5\r\nhello\r\n0\r\n\n'],
  ['a trailer that ends with a bare LF', '5\r\nhello\r\n0\r\nx: y\n\r\n'],
  ['a folded trailer', '5\r\nhello\r\n0\r\nx: y\r\n z\r\n\r\n'],
  ['a trailer without a colon', '5\r\nhello\r\n0\r\nx\r\n\r\n'],
];

const HEADS: readonly (readonly [name: string, bytes: string])[] = [
  ['a bare LF as every line end', `GET /p$ HTTP/1.1\nHost: example.test\n\n`],
  ['a bare LF within the head', `GET /p$ HTTP/1.1\r\nX: y\n${HOST}\r\n`],
  ['a bare LF as blank line', `GET /p$ HTTP/1.1\r\n${HOST}\n`],
  ['a bare CR as blank line', `GET /p$ HTTP/1.1\r\n${HOST}\r\rX: y\r\n\r\n`],
  ['a bare CR in a value', `GET /p$ HTTP/1.1\r\n${HOST}X: a\rb\r\n\r\n`],
  ['a NUL in a value', `GET /p$ HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`],
  ['a NUL in a name', `GET /p$ HTTP/1.1\r\n${HOST}X\0: a\r\n\r\n`],
  ['a NUL in the target', `GET /p$\0 HTTP/1.1\r\n${HOST}\r\n`],
  ['a folded field', `GET /p$ HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`],
  ['a folded host', `GET /p$ HTTP/1.1\r\nHost:\r\n example.test\r\n\r\n`],
  ['a space before the first field', `GET /p$ HTTP/1.1\r\n ${HOST}\r\n`],
  ['a space before a colon', `GET /p$ HTTP/1.1\r\nHost : example.test\r\n\r\n`],
  ['a field without a colon', `GET /p$ HTTP/1.1\r\n${HOST}X\r\n\r\n`],
  ['a field without a name', `GET /p$ HTTP/1.1\r\n${HOST}: x\r\n\r\n`],
  ['HTTP/0.9', 'GET /p$\r\n'],
  ['HTTP/0.9 with fields', `GET /p$\r\n${HOST}\r\n`],
  ['two spaces in the request line', `GET  /p$ HTTP/1.1\r\n${HOST}\r\n`],
  ['a tab in the request line', `GET\t/p$\tHTTP/1.1\r\n${HOST}\r\n`],
  ['a space at its end', `GET /p$ HTTP/1.1 \r\n${HOST}\r\n`],
  ['a request in the target', `GET /p$ HTTP/1.1 /x HTTP/1.1\r\n${HOST}\r\n`],
  ['a space in the target', `GET /p$ /x HTTP/1.1\r\n${HOST}\r\n`],
  ['a target with a high octet', `GET /p$\xa0 HTTP/1.1\r\n${HOST}\r\n`],
  ['a version with a sign too many', `GET /p$ HTTP/1.1x\r\n${HOST}\r\n`],
  ['HTTP/1.01', `GET /p$ HTTP/1.01\r\n${HOST}\r\n`],
  ['HTTP/3.0', `GET /p$ HTTP/3.0\r\n${HOST}\r\n`],
  ['two hosts', `GET /p$ HTTP/1.1\r\n${HOST}Host: other.test\r\n\r\n`],
  ['two equal hosts', `GET /p$ HTTP/1.1\r\n${HOST}${HOST}\r\n`],
  ['a host that is folded into two', `GET /p$ HTTP/1.1\r\n${HOST} Host: other.test\r\n\r\n`],
  ['a host with a user', 'GET /p$ HTTP/1.1\r\nHost: example.test@other.test\r\n\r\n'],
  ['a host with a path', 'GET /p$ HTTP/1.1\r\nHost: example.test/other\r\n\r\n'],
  ['a host with a space', 'GET /p$ HTTP/1.1\r\nHost: example.test other.test\r\n\r\n'],
  ['a host with a port that is none', 'GET /p$ HTTP/1.1\r\nHost: example.test:8o\r\n\r\n'],
  ['an absolute target with a user', `GET http://a@b/p$ HTTP/1.1\r\n${HOST}\r\n`],
  ['an absolute target without a host', `GET http:///p$ HTTP/1.1\r\n${HOST}\r\n`],
  ['a target of another scheme', `GET gopher://a/p$ HTTP/1.1\r\n${HOST}\r\n`],
  ['a preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  [
    'a chunked CONNECT',
    `CONNECT a:80 HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a coding in HTTP/1.0',
    `POST /p$ HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a coding and a length in HTTP/1.0',
    `POST /p$ HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  ],
];

const HELLO = '5\r\nhello\r\n0\r\n\r\n';

export const smugglingCorpus: readonly Payload[] = [
  ...CODINGS.map(([name, line]) => clTe(`CL.TE, the coding ${name}`, line)),
  ...CODINGS.map(([name, line]) => teCl(`TE.CL, the coding ${name}`, line)),
  ...LENGTHS.map(([name, lines]) => refused(`a length ${name}`, `${POST}${lines}\r\n\r\nhello`)),
  ...CHUNKS.map(([name, chunks]) => refused(name, CHUNKED + chunks, 'POST /p$ ')),
  // The line ends where it ends: what is meant as its rest is data.
  refused(
    'an extension that is wrapped',
    `${CHUNKED}5;a\r\n b\r\nhello\r\n0\r\n\r\n`,
    'POST /p$  b\r\nh',
  ),
  ...LATE_CHUNKS.map(([name, chunks]) => refused(name, CHUNKED + chunks, 'POST /p$ hello')),
  ...HEADS.map(([name, bytes]) => refused(name, bytes)),
  taken('a plain GET', `GET /p$ HTTP/1.1\r\n${HOST}\r\n`, 'GET /p$ '),
  taken(
    'a GET with a body',
    `GET /p$ HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`,
    'GET /p$ hello',
  ),
  taken('a length', `${POST}Content-Length: 5\r\n\r\nhello`, 'POST /p$ hello'),
  taken(
    'a length with zeros before it',
    `${POST}Content-Length: 0005\r\n\r\nhello`,
    'POST /p$ hello',
  ),
  taken('chunks', `${CHUNKED}${HELLO}`, 'POST /p$ hello'),
  taken(
    'chunks in a GET',
    `GET /p$ HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${HELLO}`,
    'GET /p$ hello',
  ),
  taken(
    'a coding in capitals',
    `${POST}TRANSFER-ENCODING:CHUNKED\r\n\r\n${HELLO}`,
    'POST /p$ hello',
  ),
  taken(
    'a coding with white space around it',
    `${POST}Transfer-Encoding: \t chunked \t\r\n\r\n${HELLO}`,
    'POST /p$ hello',
  ),
  taken('chunk extensions', `${CHUNKED}5;a=b;c="d;e"\r\nhello\r\n0;f\r\n\r\n`, 'POST /p$ hello'),
  taken(
    'a size with zeros before it',
    `${CHUNKED}0000000000000000000005\r\nhello\r\n0\r\n\r\n`,
    'POST /p$ hello',
  ),
  taken(
    'trailers',
    `${CHUNKED}5\r\nhello\r\n0\r\nContent-Length: 9\r\nHost: other.test\r\n\r\n`,
    'POST /p$ hello',
  ),
  taken(
    'data like a request',
    `${POST}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`,
    `POST /p$ ${SMUGGLED}`,
  ),
  taken('data like the last chunk', `${CHUNKED}5\r\n0\r\n\r\n\r\n0\r\n\r\n`, 'POST /p$ 0\r\n\r\n'),
  taken(
    'blank lines between requests',
    `${POST}Content-Length: 5\r\n\r\nhello\r\n\r\n`,
    'POST /p$ hello',
  ),
  taken('an absolute target', `GET http://example.test/p$ HTTP/1.1\r\n${HOST}\r\n`, 'GET /p$ '),
  taken(
    'an absolute target that contradicts the host',
    `GET http://other.test/p$ HTTP/1.1\r\n${HOST}\r\n`,
    'GET /p$ ',
  ),
  taken(
    'a length that connection names',
    `${POST}Connection: Content-Length\r\nContent-Length: 5\r\n\r\nhello`,
    'POST /p$ hello',
  ),
  taken(
    'a coding that connection names',
    `${POST}Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n${HELLO}`,
    'POST /p$ hello',
  ),
  taken('an underscore in place of the hyphen', `${POST}Content_Length: 5\r\n\r\n`, 'POST /p$ '),
  taken(
    'expect: 100-continue with the body at once',
    `${POST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello`,
    'POST /p$ hello',
  ),
];
