import { raw } from '../harness/client-script.ts';
import type { Group, Scenario } from '../harness/scenario.ts';

const HOST = 'host: example.test\r\n';

const POST = `POST / HTTP/1.1\r\n${HOST}`;

const CHUNKED = `${POST}transfer-encoding: chunked\r\n`;

function bytes(name: string, ...pieces: readonly string[]): Scenario {
  return { name, client: [raw(...pieces)] };
}

/** A body of several lengths. */
const lengths: readonly Scenario[] = [
  bytes('a body in pieces', `${POST}content-length: 10\r\n\r\n01`, '2345', '6789'),
  bytes('content-length: 0', `${POST}content-length: 0\r\n\r\n`),
  bytes('no content-length on POST', `${POST}\r\n`),
  bytes('a GET with a body', `GET / HTTP/1.1\r\n${HOST}content-length: 3\r\n\r\nabc`),
  bytes('a HEAD with a body', `HEAD / HTTP/1.1\r\n${HOST}content-length: 3\r\n\r\nabc`),
  bytes('a DELETE with a body', `DELETE / HTTP/1.1\r\n${HOST}content-length: 3\r\n\r\nabc`),
  bytes('an OPTIONS with a body', `OPTIONS /x HTTP/1.1\r\n${HOST}content-length: 3\r\n\r\nabc`),
  bytes('a TRACE request', `TRACE /x HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a negative content-length', `${POST}content-length: -1\r\n\r\n`),
  bytes('a content-length with a plus sign', `${POST}content-length: +3\r\n\r\nabc`),
  bytes('a content-length in hexadecimal', `${POST}content-length: 0x3\r\n\r\nabc`),
  bytes('a content-length with a fraction', `${POST}content-length: 3.0\r\n\r\nabc`),
  bytes('a content-length with a letter', `${POST}content-length: 3a\r\n\r\nabc`),
  bytes('a content-length with inner white space', `${POST}content-length: 1 0\r\n\r\n0123456789`),
  bytes('a content-length with leading zeros', `${POST}content-length: 003\r\n\r\nabc`),
  bytes('an empty content-length', `${POST}content-length: \r\n\r\n`),
  bytes(
    'a content-length beyond 64 bits',
    `${POST}content-length: 18446744073709551619\r\n\r\nabc`,
  ),
  bytes(
    'a content-length of twenty nines',
    `${POST}content-length: 99999999999999999999\r\n\r\nabc`,
  ),
  bytes('two equal content-lengths', `${POST}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`),
  bytes(
    'two different content-lengths',
    `${POST}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`,
  ),
  bytes('a list of equal content-lengths', `${POST}content-length: 3, 3\r\n\r\nabc`),
  bytes('a list of different content-lengths', `${POST}content-length: 3, 4\r\n\r\nabcd`),
  bytes('white space before the colon of content-length', `${POST}content-length : 3\r\n\r\nabc`),
  bytes('a content-length with an underscore', `${POST}content_length: 3\r\n\r\n`),
];

/** transfer-encoding. */
const encodings: readonly Scenario[] = [
  bytes('a chunked body', `${CHUNKED}\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`),
  bytes(
    'a chunked body cut everywhere',
    `${CHUNKED}\r\n`,
    '5',
    '\r',
    '\n',
    'he',
    'llo',
    '\r',
    '\n0',
    '\r\n',
    '\r',
    '\n',
  ),
  bytes('an empty chunked body', `${CHUNKED}\r\n0\r\n\r\n`),
  bytes(
    'a chunked GET',
    `GET / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  bytes('chunked in upper case', `${POST}Transfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n`),
  bytes(
    'content-length with transfer-encoding',
    `${POST}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  bytes(
    'transfer-encoding with content-length',
    `${CHUNKED}content-length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  bytes('content-length: 0 with transfer-encoding', `${CHUNKED}content-length: 0\r\n\r\n0\r\n\r\n`),
  bytes('gzip, chunked', `${POST}transfer-encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`),
  bytes('chunked, gzip', `${POST}transfer-encoding: chunked, gzip\r\n\r\n3\r\nabc\r\n0\r\n\r\n`),
  bytes(
    'chunked twice in one line',
    `${POST}transfer-encoding: chunked, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  bytes(
    'chunked in two lines',
    `${CHUNKED}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
  bytes('identity', `${POST}transfer-encoding: identity\r\n\r\n`),
  bytes(
    'identity with content-length',
    `${POST}transfer-encoding: identity\r\ncontent-length: 3\r\n\r\nabc`,
  ),
  bytes('an unknown transfer coding', `${POST}transfer-encoding: brotli\r\n\r\n`),
  bytes('an empty transfer-encoding', `${POST}transfer-encoding: \r\n\r\n`),
  bytes('chunked with a vertical tab', `${POST}transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n`),
  bytes('chunked in quotation marks', `${POST}transfer-encoding: "chunked"\r\n\r\n0\r\n\r\n`),
  bytes('chunked with a parameter', `${POST}transfer-encoding: chunked;x=1\r\n\r\n0\r\n\r\n`),
  bytes('chunked with a trailing comma', `${POST}transfer-encoding: chunked,\r\n\r\n0\r\n\r\n`),
  bytes(
    'a space before the colon of transfer-encoding',
    `${POST}transfer-encoding : chunked\r\n\r\n0\r\n\r\n`,
  ),
  bytes('a folded transfer-encoding', `${POST}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n`),
  bytes(
    'chunked in HTTP/1.0',
    `POST / HTTP/1.0\r\n${HOST}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ),
];

/** The chunks themselves. */
const chunks: readonly Scenario[] = [
  bytes('a chunk extension', `${CHUNKED}\r\n3;a=b\r\nabc\r\n0\r\n\r\n`),
  bytes('a quoted chunk extension', `${CHUNKED}\r\n3;a="b;c"\r\nabc\r\n0;d\r\n\r\n`),
  bytes('a chunk extension with a bare LF', `${CHUNKED}\r\n3;a\nabc\r\n0\r\n\r\n`),
  bytes('a chunk extension with a bare CR', `${CHUNKED}\r\n3;a\rb\r\nabc\r\n0\r\n\r\n`),
  bytes('white space before a chunk extension', `${CHUNKED}\r\n3 ;a=b\r\nabc\r\n0\r\n\r\n`),
  bytes('white space after a chunk size', `${CHUNKED}\r\n3 \r\nabc\r\n0\r\n\r\n`),
  bytes('white space before a chunk size', `${CHUNKED}\r\n 3\r\nabc\r\n0\r\n\r\n`),
  bytes(
    'a chunk size in upper and lower case',
    `${CHUNKED}\r\nA\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n`,
  ),
  bytes('a chunk size with leading zeros', `${CHUNKED}\r\n0003\r\nabc\r\n000\r\n\r\n`),
  bytes(
    'a chunk size of very many digits',
    `${CHUNKED}\r\n${'0'.repeat(100)}3\r\nabc\r\n0\r\n\r\n`,
  ),
  bytes('a chunk size with 0x', `${CHUNKED}\r\n0x3\r\nabc\r\n0\r\n\r\n`),
  bytes('a negative chunk size', `${CHUNKED}\r\n-3\r\nabc\r\n0\r\n\r\n`),
  bytes('a chunk size with a plus sign', `${CHUNKED}\r\n+3\r\nabc\r\n0\r\n\r\n`),
  bytes('a chunk size that is no number', `${CHUNKED}\r\nxyz\r\nabc\r\n0\r\n\r\n`),
  bytes('a chunk size beyond 64 bits', `${CHUNKED}\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n`),
  bytes('an empty chunk size', `${CHUNKED}\r\n\r\nabc\r\n0\r\n\r\n`),
  bytes('a bare LF after a chunk size', `${CHUNKED}\r\n3\nabc\r\n0\r\n\r\n`),
  bytes('a bare CR after a chunk size', `${CHUNKED}\r\n3\rabc\r\n0\r\n\r\n`),
  bytes('a bare LF after a chunk', `${CHUNKED}\r\n3\r\nabc\n0\r\n\r\n`),
  bytes('no line end after a chunk', `${CHUNKED}\r\n3\r\nabc0\r\n\r\n`),
  bytes('two more bytes than the chunk size says', `${CHUNKED}\r\n3\r\nabcde\r\n0\r\n\r\n`),
  bytes('a bare LF at the end of the chunked body', `${CHUNKED}\r\n3\r\nabc\r\n0\r\n\n`),
];

/** Trailers. */
const trailers: readonly Scenario[] = [
  bytes(
    'trailers are dropped by default',
    `${CHUNKED}trailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n`,
  ),
  {
    name: 'trailers are forwarded when enabled on both sides',
    manager: { http_protocol_options: { enable_trailers: true } },
    clusters: { backend: { http_protocol_options: { enable_trailers: true } } },
    client: [raw(`${CHUNKED}trailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\nx-more: 1\r\n\r\n`)],
  },
  {
    name: 'trailers that are enabled downstream alone',
    manager: { http_protocol_options: { enable_trailers: true } },
    client: [raw(`${CHUNKED}\r\n3\r\nabc\r\n0\r\nx-sum: 9\r\n\r\n`)],
  },
  {
    name: 'a content-length among the trailers',
    manager: { http_protocol_options: { enable_trailers: true } },
    clusters: { backend: { http_protocol_options: { enable_trailers: true } } },
    client: [
      raw(
        `${CHUNKED}\r\n3\r\nabc\r\n0\r\ncontent-length: 9\r\nhost: other\r\ntransfer-encoding: chunked\r\n\r\n`,
      ),
    ],
  },
  {
    name: 'a malformed trailer while trailers are enabled',
    manager: { http_protocol_options: { enable_trailers: true } },
    client: [raw(`${CHUNKED}\r\n3\r\nabc\r\n0\r\nx sum: 9\r\n\r\n`)],
  },
  bytes(
    'a malformed trailer while trailers are dropped',
    `${CHUNKED}\r\n3\r\nabc\r\n0\r\nx sum: 9\r\n\r\n`,
  ),
  {
    ...bytes(
      'a trailer of 70 KB',
      `${CHUNKED}\r\n3\r\nabc\r\n0\r\nx-a: ${'a'.repeat(70_000)}\r\n\r\n`,
    ),
    // How much was read by the time it is refused depends on how much is read at once.
    volatileStats: [/downstream_cx_rx_bytes_total/],
  },
];

export const requestFraming: Group = {
  name: 'request-framing',
  scenarios: [...lengths, ...encodings, ...chunks, ...trailers],
};
