import t from 'tap';
import { hear, ServerHarness } from './server-harness.ts';

const HOST = 'host: example.test\r\n';

/** What is refused, and with which of Envoy's codes and details. */
const REFUSED: readonly (readonly [name: string, bytes: string, failure: string])[] = [
  ['no request', 'garbage\r\n\r\n', '400 http1.codec_error'],
  ['white space before the method', ` GET / HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['an empty method', `/ HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a method with a delimiter', `GE(T / HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a method in lower case', `get / HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['an unknown method', `BREW / HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['two spaces after the method', `GET  / HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a tab after the method', `GET\t/ HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['two spaces before the version', `GET /  HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a space behind the version', `GET / HTTP/1.1 \r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a space in the target', `GET /a b HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a NUL in the target', `GET /\0 HTTP/1.1\r\n${HOST}\r\n`, '400 http1.invalid_characters'],
  ['a DEL in the target', `GET /\x7f HTTP/1.1\r\n${HOST}\r\n`, '400 http1.invalid_characters'],
  ['a byte above 127 in the target', `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['HTTP/0.9', 'GET /\r\n', '426 low_version'],
  ['HTTP/0.9 by name', `GET / HTTP/0.9\r\n${HOST}\r\n`, '426 low_version'],
  ['HTTP/1.0', `GET / HTTP/1.0\r\n${HOST}\r\n`, '426 low_version'],
  ['HTTP/1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`, '426 low_version'],
  ['HTTP/2.0', `GET / HTTP/2.0\r\n${HOST}\r\n`, '426 low_version'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 http1.codec_error'],
  ['HTTP/1.10', `GET / HTTP/1.10\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['HTTP/1,1', `GET / HTTP/1,1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['HTTP/11', `GET / HTTP/11\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a version in lower case', `GET / http/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['another protocol', `GET / ICY/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a bare LF before the request', `\nGET / HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  [
    'too many blank lines',
    `${'\r\n'.repeat(5)}GET / HTTP/1.1\r\n${HOST}\r\n`,
    '400 http1.codec_error',
  ],
  ['a bare LF behind the request line', `GET / HTTP/1.1\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a bare LF behind a field', `GET / HTTP/1.1\r\n${HOST}x: 1\n\r\n`, '400 http1.codec_error'],
  ['a bare LF as blank line', `GET / HTTP/1.1\r\n${HOST}\n`, '400 http1.codec_error'],
  ['a bare CR as line end', `GET / HTTP/1.1\r\n${HOST}x: 1\ry: 2\r\n\r\n`, '400 http1.codec_error'],
  ['CR CR LF', `GET / HTTP/1.1\r\n${HOST}x: 1\r\r\n\r\n`, '400 http1.codec_error'],
  ['a folded field', `GET / HTTP/1.1\r\n${HOST}x: 1\r\n 2\r\n\r\n`, '400 http1.codec_error'],
  ['a folded first field', `GET / HTTP/1.1\r\n x: 1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['a space before the colon', `GET / HTTP/1.1\r\n${HOST}x : 1\r\n\r\n`, '400 http1.codec_error'],
  ['a tab before the colon', `GET / HTTP/1.1\r\n${HOST}x\t: 1\r\n\r\n`, '400 http1.codec_error'],
  ['a space in a name', `GET / HTTP/1.1\r\n${HOST}x y: 1\r\n\r\n`, '400 http1.codec_error'],
  ['no colon', `GET / HTTP/1.1\r\n${HOST}x\r\n\r\n`, '400 http1.codec_error'],
  ['no name', `GET / HTTP/1.1\r\n${HOST}: 1\r\n\r\n`, '400 http1.codec_error'],
  ['a NUL in a name', `GET / HTTP/1.1\r\n${HOST}x\0: 1\r\n\r\n`, '400 http1.invalid_characters'],
  ['a high byte in a name', `GET / HTTP/1.1\r\n${HOST}x\xe9: 1\r\n\r\n`, '400 http1.codec_error'],
  ['a NUL in a value', `GET / HTTP/1.1\r\n${HOST}x: \0\r\n\r\n`, '400 http1.invalid_characters'],
  ['a DEL in a value', `GET / HTTP/1.1\r\n${HOST}x: \x7f\r\n\r\n`, '400 http1.invalid_characters'],
  ['two equal hosts', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, '400 http1.codec_error'],
  ['a host with a path', 'GET / HTTP/1.1\r\nhost: a/b\r\n\r\n', '400 http.invalid_authority'],
  ['a host with a space', 'GET / HTTP/1.1\r\nhost: a b\r\n\r\n', '400 http.invalid_authority'],
  ['a host with a user', 'GET / HTTP/1.1\r\nhost: a@b\r\n\r\n', '400 http.invalid_authority'],
  ['a host with two ports', 'GET / HTTP/1.1\r\nhost: a:1:2\r\n\r\n', '400 http.invalid_authority'],
  ['a host with a named port', 'GET / HTTP/1.1\r\nhost: a:b\r\n\r\n', '400 http.invalid_authority'],
  ['an open bracket', 'GET / HTTP/1.1\r\nhost: [::1\r\n\r\n', '400 http.invalid_authority'],
  ['a relative target', `GET a HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['an authority for GET', `GET a:80 HTTP/1.1\r\n${HOST}\r\n`, '400 http1.codec_error'],
  ['an asterisk for GET', `GET * HTTP/1.1\r\n${HOST}\r\n`, '400 http1.invalid_url'],
  ['another scheme', `GET ftp://a/ HTTP/1.1\r\n${HOST}\r\n`, '400 http1.invalid_scheme'],
  [
    'an absolute target with a user',
    `GET http://a@b/ HTTP/1.1\r\n${HOST}\r\n`,
    '400 http1.invalid_url',
  ],
  [
    'an absolute target without a host',
    `GET http:///a HTTP/1.1\r\n${HOST}\r\n`,
    '400 http1.invalid_url',
  ],
  ['CONNECT with a path', `CONNECT /a HTTP/1.1\r\n${HOST}\r\n`, '400 http1.invalid_url'],
  ['CONNECT without a port', `CONNECT a HTTP/1.1\r\n${HOST}\r\n`, '400 http1.invalid_url'],
  ['CONNECT to port 0', `CONNECT a:0 HTTP/1.1\r\n${HOST}\r\n`, '400 http1.invalid_url'],
  ['CONNECT to port 65536', `CONNECT a:65536 HTTP/1.1\r\n${HOST}\r\n`, '400 http1.invalid_url'],
  [
    'CONNECT with a body',
    `CONNECT a:80 HTTP/1.1\r\n${HOST}content-length: 1\r\n\r\nx`,
    '400 http1.body_disallowed',
  ],
  [
    'chunked CONNECT',
    `CONNECT a:80 HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n`,
    '501 http1.invalid_transfer_encoding',
  ],
  [
    'connection naming a forwarding field',
    `GET / HTTP/1.1\r\n${HOST}connection: X-Forwarded-For\r\n\r\n`,
    '400 http1.connection_header_rejected',
  ],
  [
    'connection naming a pseudo-header',
    `GET / HTTP/1.1\r\n${HOST}connection: :path\r\n\r\n`,
    '400 http1.connection_header_rejected',
  ],
  [
    'connection naming ten fields',
    `GET / HTTP/1.1\r\n${HOST}connection: a,b,c,d,e,f,g,h,i,j\r\n\r\n`,
    '400 http1.connection_header_rejected',
  ],
];

for (const [name, bytes, failure] of REFUSED) {
  t.test(`${name} is refused`, async (t) => {
    const heard = hear([bytes]);
    t.equal(heard.length, 1);
    t.equal(heard[0]?.failure, failure);
    t.equal(heard[0]?.start, '', 'nothing of it was passed on');
  });
}

/** What passes: its start, its fields. */
const TAKEN: readonly (readonly [
  name: string,
  bytes: string,
  start: string,
  fields: readonly (readonly [string, string])[],
])[] = [
  ['a plain GET', `GET /a?b#c HTTP/1.1\r\n${HOST}\r\n`, 'GET example.test /a?b#c', []],
  ['blank lines before it', `\r\n\r\nGET / HTTP/1.1\r\n${HOST}\r\n`, 'GET example.test /', []],
  [
    'every visible sign in the target',
    `GET /"<>[]\\^\`{|} HTTP/1.1\r\n${HOST}\r\n`,
    'GET example.test /"<>[]\\^`{|}',
    [],
  ],
  [
    'an absolute target, which wins over the host',
    `GET HTTP://Other.test:81/a?b HTTP/1.1\r\n${HOST}\r\n`,
    'GET Other.test:81 /a?b',
    [],
  ],
  ['an absolute target without a path', `GET http://o HTTP/1.1\r\n${HOST}\r\n`, 'GET o /', []],
  ['the same for OPTIONS', `OPTIONS http://o HTTP/1.1\r\n${HOST}\r\n`, 'OPTIONS o *', []],
  ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 'OPTIONS example.test *', []],
  [
    'CONNECT, whose target is the host',
    `CONNECT a:80 HTTP/1.1\r\n${HOST}\r\n`,
    'CONNECT a:80 ',
    [],
  ],
  ['CONNECT to an address', `CONNECT [::1]:443 HTTP/1.1\r\n${HOST}\r\n`, 'CONNECT [::1]:443 ', []],
  [
    'an absolute target without a host field names none',
    'GET http://o/ HTTP/1.1\r\n\r\n',
    'GET  /',
    [],
  ],
  ['no host, for whoever decides about it', 'GET / HTTP/1.1\r\n\r\n', 'GET  /', []],
  ['an address as host', 'GET / HTTP/1.1\r\nhost: [fe80::1]:80\r\n\r\n', 'GET [fe80::1]:80 /', []],
  [
    'all signs of a registered name',
    "GET / HTTP/1.1\r\nhost: a-._~!$&'()*+,;=%41\r\n\r\n",
    "GET a-._~!$&'()*+,;=%41 /",
    [],
  ],
  [
    'values with and without white space around them',
    `GET / HTTP/1.1\r\n${HOST}a:1\r\nb: \t2 \t\r\nc:\r\nd: \t \r\ne: x\ty  z\r\n\r\n`,
    'GET example.test /',
    [
      ['a', '1'],
      ['b', '2'],
      ['c', ''],
      ['d', ''],
      ['e', 'x\ty  z'],
    ],
  ],
  [
    'every octet that a value may have',
    `GET / HTTP/1.1\r\n${HOST}x: !~\x80\xff\r\n\r\n`,
    'GET example.test /',
    [['x', '!~\x80\xff']],
  ],
  [
    'every sign that a name may have',
    `GET / HTTP/1.1\r\n${HOST}!#$%&'*+-.^_\`|~09AZaz: 1\r\n\r\n`,
    'GET example.test /',
    [["!#$%&'*+-.^_`|~09azaz", '1']],
  ],
  [
    'repeated fields, joined where Envoy joins them',
    `GET / HTTP/1.1\r\n${HOST}Accept: a\r\ncookie: a=1\r\naccept: b\r\ncookie: b=2\r\nx: 1\r\nx: 2\r\nACCEPT: c\r\n\r\n`,
    'GET example.test /',
    [
      ['accept', 'a,b,c'],
      ['cookie', 'a=1'],
      ['cookie', 'b=2'],
      ['x', '1'],
      ['x', '2'],
    ],
  ],
  [
    'connection, without what it names',
    `GET / HTTP/1.1\r\n${HOST}connection: X-A, close\r\nx-a: 1\r\nX-a: 2\r\nx-b: 3\r\n\r\n`,
    'GET example.test /',
    [
      ['connection', 'close'],
      ['x-b', '3'],
    ],
  ],
  [
    'several connection fields as one',
    `GET / HTTP/1.1\r\n${HOST}connection: keep-alive\r\nx-a: 1\r\nconnection: x-a,close\r\n\r\n`,
    'GET example.test /',
    [['connection', 'keep-alive,close']],
  ],
  [
    'connection that names nothing but a field',
    `GET / HTTP/1.1\r\n${HOST}connection: x-a\r\nx-a: 1\r\n\r\n`,
    'GET example.test /',
    [],
  ],
  [
    'connection that names te',
    `GET / HTTP/1.1\r\n${HOST}connection: te\r\nte: gzip, Trailers\r\n\r\n`,
    'GET example.test /',
    [['te', 'trailers']],
  ],
  [
    'connection that names the host, which is then missing',
    `GET / HTTP/1.1\r\n${HOST}connection: host\r\n\r\n`,
    'GET  /',
    [],
  ],
  [
    'an upgrade to HTTP/2, which is ignored',
    `GET / HTTP/1.1\r\n${HOST}connection: Upgrade, HTTP2-Settings, x-a\r\nupgrade: h2c\r\nhttp2-settings: x\r\nx-a: 1\r\n\r\n`,
    'GET example.test /',
    [],
  ],
];

for (const [name, bytes, start, fields] of TAKEN) {
  t.test(`${name} passes`, async (t) => {
    const [heard, ...more] = hear([bytes]);
    t.equal(heard?.failure, undefined);
    t.equal(heard?.start, start);
    t.same(heard?.fields, fields);
    t.same(more, []);
  });
}

t.test('any token is a method where custom methods are allowed', async (t) => {
  const [heard] = hear([`M-SEARCH / HTTP/1.1\r\n${HOST}\r\n`], { allowCustomMethods: true });
  t.equal(heard?.start, 'M-SEARCH example.test /');
  const [other] = hear([`PRI * HTTP/2.0\r\n\r\n`], { allowCustomMethods: true });
  t.equal(other?.failure, '426 low_version');
});

t.test('an absolute target that is not allowed is left for the routes to refuse', async (t) => {
  const [heard] = hear([`GET http://o/a HTTP/1.1\r\n${HOST}\r\n`], { allowAbsoluteUrl: false });
  t.equal(heard?.start, 'GET example.test http://o/a');
});

t.test('HTTP/1.0 passes where it is accepted, older and newer versions do not', async (t) => {
  const options = { acceptHttp10: true };
  t.equal(hear([`GET / HTTP/1.0\r\n${HOST}\r\n`], options)[0]?.start, 'GET example.test /');
  t.equal(hear(['GET http://o/ HTTP/1.0\r\n\r\n'], options)[0]?.start, 'GET o /');
  for (const version of ['', ' HTTP/0.9', ' HTTP/1.2', ' HTTP/2.0']) {
    const [heard] = hear([`GET /${version}\r\n${HOST}\r\n`], options);
    t.equal(heard?.failure, '426 low_version', version);
  }
});

t.test('the names are kept as they were spelt where that is wanted', async (t) => {
  const headerKeyFormat = {
    kind: 'preserve_case',
    forwardReasonPhrase: false,
    ownHeaders: 'lower_case',
  } as const;
  const bytes = 'GET / HTTP/1.1\r\nHoSt: a\r\nX-ABC: 1\r\nx-Def: 2\r\nx-abc: 3\r\n\r\n';
  for (const pieces of [[bytes], [...bytes]]) {
    const harness = new ServerHarness({ headerKeyFormat });
    for (const piece of pieces) harness.feed(piece);
    const headers = harness.last.headers;
    t.equal(headers?.toHttp1Lines(), 'X-ABC: 1\r\nx-Def: 2\r\nX-ABC: 3\r\n');
    t.equal(headers?.casing?.nameOf('host'), 'HoSt');
    t.equal(headers?.get('x-def'), '2');
  }
});
