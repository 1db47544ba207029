import t from 'tap';
import type { Http1ServerOptions } from '#http/h1/server-options.ts';
import { hear } from './server-harness.ts';

const POST = 'POST / HTTP/1.1\r\nhost: example.test\r\n';
const CHUNKED = `${POST}transfer-encoding: chunked\r\n\r\n`;
const NEXT = 'GET /next HTTP/1.1\r\nhost: example.test\r\n\r\n';

/** Heads whose framing two recipients could read differently. */
const REFUSED_HEADS: readonly (readonly [fields: string, failure: string])[] = [
  ['content-length: -1', '400 http1.codec_error'],
  ['content-length: +1', '400 http1.codec_error'],
  ['content-length: 0x1', '400 http1.codec_error'],
  ['content-length: 1.0', '400 http1.codec_error'],
  ['content-length: 1e1', '400 http1.codec_error'],
  ['content-length: 1 1', '400 http1.codec_error'],
  ['content-length:', '400 http1.codec_error'],
  ['content-length: "1"', '400 http1.codec_error'],
  ['content-length: \xb2', '400 http1.codec_error'],
  ['content-length: 18446744073709551617', '400 http1.codec_error'],
  ['content-length: 9007199254740993', '400 http1.codec_error'],
  ['content-length: 1\r\ncontent-length: 1', '400 http1.codec_error'],
  ['content-length: 1\r\ncontent-length: 2', '400 http1.codec_error'],
  ['content-length: 1, 1', '400 http1.codec_error'],
  ['content-length: 1, 2', '400 http1.codec_error'],
  ['content-length : 1', '400 http1.codec_error'],
  [
    'content-length: 3\r\ntransfer-encoding: chunked',
    '400 http1.content_length_and_chunked_not_allowed',
  ],
  [
    'transfer-encoding: chunked\r\ncontent-length: 0',
    '400 http1.content_length_and_chunked_not_allowed',
  ],
  [
    'transfer-encoding: identity\r\ncontent-length: 1',
    '400 http1.content_length_and_chunked_not_allowed',
  ],
  ['transfer-encoding: gzip, chunked', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding: chunked, gzip', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding: chunked, chunked', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding: chunked,', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding: ,chunked', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding: chunked;q=1', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding: "chunked"', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding: xchunked', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding: identity', '501 http1.invalid_transfer_encoding'],
  ['transfer-encoding:', '501 http1.invalid_transfer_encoding'],
  [
    'transfer-encoding: chunked\r\ntransfer-encoding: chunked',
    '501 http1.invalid_transfer_encoding',
  ],
  [
    'transfer-encoding: chunked\r\ntransfer-encoding: identity',
    '501 http1.invalid_transfer_encoding',
  ],
  ['transfer-encoding: \x0bchunked', '400 http1.invalid_characters'],
  ['transfer-encoding : chunked', '400 http1.codec_error'],
  ['transfer-encoding:\r\n chunked', '400 http1.codec_error'],
];

for (const [fields, failure] of REFUSED_HEADS) {
  t.test(`${JSON.stringify(fields)} is refused`, async (t) => {
    const heard = hear([`${POST}${fields}\r\n\r\n0\r\n\r\n${NEXT}`]);
    t.equal(heard.length, 1, 'nothing behind it is read');
    t.equal(heard[0]?.failure, failure);
    t.equal(heard[0]?.start, '');
  });
}

const BODIES: readonly (readonly [name: string, bytes: string, body: string])[] = [
  ['no body', `${POST}\r\n`, ''],
  ['a length of 0', `${POST}content-length: 0\r\n\r\n`, ''],
  ['a length', `${POST}content-length: 3\r\n\r\nabc`, 'abc'],
  ['leading zeros', `${POST}content-length: 003\r\n\r\nabc`, 'abc'],
  ['white space around the length', `${POST}content-length:\t 3 \r\n\r\nabc`, 'abc'],
  ['chunks', `${CHUNKED}3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`, 'abc0123456789'],
  ['chunked in capitals', `${POST}Transfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n`, 'x'],
  ['the last chunk alone', `${CHUNKED}0\r\n\r\n`, ''],
  ['a last chunk of many zeros', `${CHUNKED}1\r\nx\r\n0000\r\n\r\n`, 'x'],
  ['a size behind many zeros', `${CHUNKED}${'0'.repeat(999)}1\r\nx\r\n0\r\n\r\n`, 'x'],
  ['a lower-case size', `${CHUNKED}b\r\n0123456789a\r\n0\r\n\r\n`, '0123456789a'],
  ['chunk extensions', `${CHUNKED}1;a;b=c;d="e;\\"f"\r\nx\r\n0;g\r\n\r\n`, 'x'],
  ['white space in extensions', `${CHUNKED}1 ;\ta = b ; c\t= "d" ;e\r\nx\r\n0\r\n\r\n`, 'x'],
  ['data like a chunk', `${CHUNKED}5\r\n0\r\n\r\n\r\n0\r\n\r\n`, '0\r\n\r\n'],
];

for (const [name, bytes, body] of BODIES) {
  t.test(`a body with ${name} is read to its end and no further`, async (t) => {
    const [heard, next, ...more] = hear([bytes + NEXT]);
    t.equal(heard?.failure, undefined);
    t.equal(heard?.body, body);
    t.equal(heard?.isComplete, true);
    t.equal(next?.start, 'GET example.test /next');
    t.same(more, []);
  });
}

/** Chunked bodies that are refused, with what was right of them. */
const REFUSED_CHUNKS: readonly (readonly [chunks: string, body: string])[] = [
  ['\r\nabc\r\n', ''],
  ['x\r\n', ''],
  ['0x3\r\nabc\r\n', ''],
  ['-3\r\nabc\r\n', ''],
  ['+3\r\nabc\r\n', ''],
  [' 3\r\nabc\r\n', ''],
  ['3 \r\nabc\r\n', ''],
  ['3\nabc\r\n', ''],
  ['3\rabc\r\n', ''],
  ['3\r\nabc\n0\r\n\r\n', 'abc'],
  ['3\r\nabc\r0\r\n\r\n', 'abc'],
  ['3\r\nabc0\r\n\r\n', 'abc'],
  ['3\r\nabcd\r\n0\r\n\r\n', 'abc'],
  ['3\r\nabc\r\n0\r\n\n', 'abc'],
  ['3\r\nabc\r\n0\n\r\n', 'abc'],
  ['fffffffffffffffff\r\nabc\r\n', ''],
  ['10000000000000\r\nabc\r\n0', ''],
  ['3;\r\nabc\r\n', ''],
  ['3;a=\r\nabc\r\n', ''],
  ['3;a;;b\r\nabc\r\n', ''],
  ['3;=a\r\nabc\r\n', ''],
  ['3;a b\r\nabc\r\n', ''],
  ['3;a \r\nabc\r\n', ''],
  ['3;a\nabc\r\n', ''],
  ['3;a\rb\r\nabc\r\n', ''],
  ['3;a\0\r\nabc\r\n', ''],
  ['3;a="b\r\nabc\r\n', ''],
  ['3;a="b\\\r\n"\r\nabc\r\n', ''],
  ['3;a="b"c\r\nabc\r\n', ''],
  ['3,\r\nabc\r\n', ''],
  [`3;${'a'.repeat(20_000)}\r\nabc\r\n`, ''],
  [`${'0'.repeat(20_000)}3\r\nabc\r\n`, ''],
  [`${`1;${'a'.repeat(500)}\r\nx\r\n`.repeat(40)}0\r\n\r\n`, 'x'.repeat(32)],
];

for (const [chunks, body] of REFUSED_CHUNKS) {
  const name = chunks.length > 40 ? `${chunks.slice(0, 12)}…` : chunks;
  t.test(`the chunks ${JSON.stringify(name)} are refused`, async (t) => {
    const heard = hear([`${CHUNKED}${chunks}${NEXT}`]);
    t.equal(heard.length, 1, 'nothing behind them is read');
    t.equal(heard[0]?.failure, '400 http1.codec_error');
    t.equal(heard[0]?.isComplete, false);
    t.equal(heard[0]?.body, body);
  });
}

t.test('an enormous chunk is waited for, not refused', async (t) => {
  const [heard] = hear([`${CHUNKED}fffffffffffff\r\nabc`]);
  t.equal(heard?.body, 'abc');
  t.equal(heard?.failure, undefined);
  t.equal(heard?.isComplete, false);
});

t.test('trailers', async (t) => {
  const bytes = (trailers: string): string[] => [`${CHUNKED}1\r\nx\r\n0\r\n${trailers}\r\n${NEXT}`];

  t.test('are passed on where they are enabled', async (t) => {
    const [heard, next] = hear(bytes('X-Sum: 9\r\nx-more:1\r\n'));
    t.same(heard?.trailers, [
      ['x-sum', '9'],
      ['x-more', '1'],
    ]);
    t.equal(next?.start, 'GET example.test /next');
  });

  t.test('are dropped where they are not', async (t) => {
    const [heard, next] = hear(bytes('x-sum: 9\r\n'), { enableTrailers: false });
    t.equal(heard?.trailers, undefined);
    t.equal(heard?.isComplete, true);
    t.equal(next?.start, 'GET example.test /next');
  });

  t.test('never say how the message is framed or where it goes', async (t) => {
    const forbidden =
      'content-length: 1\r\nTransfer-Encoding: chunked\r\nhost: o\r\nconnection: x\r\nupgrade: h\r\nte: t\r\ntrailer: x\r\n';
    const [heard] = hear(bytes(`${forbidden}x-sum: 9\r\n`));
    t.same(heard?.trailers, [['x-sum', '9']]);
    const [without] = hear(bytes(forbidden));
    t.equal(without?.trailers, undefined);
    t.equal(without?.isComplete, true);
  });

  t.test('are read as strictly as a head, wherever they go', async (t) => {
    for (const enableTrailers of [true, false]) {
      const broken: readonly string[] = [
        'x sum: 9\r\n',
        'x-sum : 9\r\n',
        'x-sum: 9\n',
        'x-sum\r\n',
        ' x: 9\r\n',
        'x: \0\r\n',
      ];
      for (const trailers of broken) {
        const heard = hear(bytes(trailers), { enableTrailers });
        t.equal(heard.length, 1, JSON.stringify(trailers));
        t.match(heard[0]?.failure, /^400 /, JSON.stringify(trailers));
      }
    }
  });

  t.test('have the limits of a head', async (t) => {
    const options: Partial<Http1ServerOptions> = {
      maxHeadersCount: 3,
      maxRequestHeadersBytes: 200,
    };
    const four = 'a: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n';
    t.equal(hear(bytes(four), options)[0]?.failure, '431 http1.too_many_headers');
    const long = `a: ${'1'.repeat(300)}\r\n`;
    t.equal(hear(bytes(long), options)[0]?.failure, '431 http1.headers_too_large');
  });
});

t.test('a length beside chunks is forgotten where that is allowed', async (t) => {
  const bytes = `${POST}content-length: 99\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`;
  const [heard, next] = hear([bytes + NEXT], { allowChunkedLength: true });
  t.equal(heard?.body, 'x');
  t.same(heard?.fields, [], 'neither of them is left to be forwarded');
  t.equal(next?.start, 'GET example.test /next');
  for (const fields of [
    'transfer-encoding: identity\r\ncontent-length: 1',
    'content-length: 1\r\ncontent-length: 2\r\ntransfer-encoding: gzip',
  ]) {
    const [refused] = hear([`${POST}${fields}\r\n\r\n`], { allowChunkedLength: true });
    t.equal(refused?.failure, '501 http1.invalid_transfer_encoding');
  }
});

t.test('a coding in HTTP/1.0 is faulty framing', async (t) => {
  const head = 'POST / HTTP/1.0\r\nhost: a\r\n';
  for (const fields of [
    'transfer-encoding: chunked\r\n',
    'transfer-encoding: chunked\r\ncontent-length: 5\r\n',
  ]) {
    const options = { acceptHttp10: true, allowChunkedLength: true };
    const heard = hear([`${head}${fields}\r\n0\r\n\r\n`], options);
    t.equal(heard.length, 1);
    t.equal(heard[0]?.failure, '400 http1.transfer_encoding_not_allowed');
  }
  t.equal(hear([`${head}content-length: 1\r\n\r\nx`], { acceptHttp10: true })[0]?.body, 'x');
});

t.test('the limits of a head', async (t) => {
  const head = (bytes: number): string => {
    const rest = 'GET / HTTP/1.1\r\nhost: a\r\nx: \r\n\r\n'.length;
    return `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(bytes - rest)}\r\n\r\n`;
  };
  const maxRequestHeadersBytes = 4096;
  t.equal(hear([head(4096)], { maxRequestHeadersBytes })[0]?.failure, undefined);
  const tooLarge = '431 http1.headers_too_large';
  t.equal(hear([head(4097)], { maxRequestHeadersBytes })[0]?.failure, tooLarge);
  t.equal(hear([...head(4096)], { maxRequestHeadersBytes })[0]?.failure, undefined);
  t.equal(hear([...head(4097)], { maxRequestHeadersBytes })[0]?.failure, tooLarge);
  const unfinished = head(5000).slice(0, 4096);
  t.equal(
    hear([unfinished], { maxRequestHeadersBytes })[0]?.failure,
    tooLarge,
    'no need to wait for what cannot fit',
  );
  const line = `GET /${'a'.repeat(5000)}`;
  t.equal(hear([line], { maxRequestHeadersBytes })[0]?.failure, tooLarge);

  const fields = (count: number): string =>
    `GET / HTTP/1.1\r\nhost: a\r\n${'x: 1\r\n'.repeat(count - 1)}\r\n`;
  t.equal(hear([fields(100)])[0]?.failure, undefined);
  t.equal(hear([fields(101)])[0]?.failure, '431 http1.too_many_headers');
});

t.test('what follows a tunnel’s head is not HTTP', async (t) => {
  const upgrade = `${POST}connection: upgrade\r\nupgrade: websocket\r\n`;
  const [tunnel, ...none] = hear([`${upgrade}\r\n${NEXT}`]);
  t.equal(tunnel?.body, NEXT);
  t.equal(tunnel?.isComplete, false);
  t.same(none, []);

  const [withLength] = hear([`${upgrade}content-length: 3\r\n\r\nabcdef`]);
  t.equal(withLength?.body, 'abcdef');

  const [connect] = hear([
    `CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\ncontent-length: 0\r\n\r\n${NEXT}`,
  ]);
  t.equal(connect?.body, NEXT);
  t.same(connect?.fields, []);

  const [chunked, next] = hear([
    `${upgrade}transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n${NEXT}`,
  ]);
  t.equal(chunked?.body, 'x', 'the upgrade is ignored');
  t.same(chunked?.fields, []);
  t.equal(next?.start, 'GET example.test /next');
});
