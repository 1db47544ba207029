import t from 'tap';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import { headerMapsInUse } from '#http/header-pool.ts';
import { responseOf } from '../h1/server-harness.ts';
import { statOf } from './endpoint-services.ts';
import { data, END_HEADERS, END_STREAM, type Field, GET, headers, POST } from './frames.ts';
import { answer, Http2ServerHarness } from './server-harness.ts';

const STREAM_ERRORS: Partial<Http2Options> = { streamErrorOnInvalidHttpMessage: true };

function without(name: string): readonly Field[] {
  return GET.filter(([key]) => key !== name);
}

function replaced(name: string, value: string): readonly Field[] {
  return GET.map(([key, old]) => [key, key === name ? value : old] as const);
}

const INVALID_FIELD = 'protocolError: http2.invalid.header.field';
const MESSAGING = 'protocolError: http2.violation.of.messaging.rule';

const MALFORMED: Readonly<Record<string, readonly [fields: readonly Field[], details: string]>> = {
  'an upper-case name': [[...GET, ['X-a', '1']], INVALID_FIELD],
  'an empty name': [[...GET, ['', '1']], INVALID_FIELD],
  'a name with a blank': [[...GET, ['x a', '1']], INVALID_FIELD],
  'a name with a colon': [[...GET, ['x:a', '1']], INVALID_FIELD],
  'a path beyond ASCII': [replaced(':path', '/\xe9'), INVALID_FIELD],
  'a name beyond ASCII': [[...GET, ['x\xe9', '1']], INVALID_FIELD],
  'NUL in a value': [[...GET, ['x', 'a\0b']], INVALID_FIELD],
  'CR in a value': [[...GET, ['x', 'a\rb']], INVALID_FIELD],
  'LF in a value': [[...GET, ['x', 'a\nb: c']], INVALID_FIELD],
  'a blank in front of a value': [[...GET, ['x', ' a']], INVALID_FIELD],
  connection: [[...GET, ['connection', 'close']], INVALID_FIELD],
  'keep-alive': [[...GET, ['keep-alive', 'timeout=1']], INVALID_FIELD],
  'proxy-connection': [[...GET, ['proxy-connection', 'close']], INVALID_FIELD],
  'transfer-encoding': [[...GET, ['transfer-encoding', 'chunked']], INVALID_FIELD],
  upgrade: [[...GET, ['upgrade', 'websocket']], INVALID_FIELD],
  'te other than trailers': [[...GET, ['te', 'gzip']], INVALID_FIELD],
  'a pseudo-header behind a field': [
    [...without(':path'), ['x', '1'], [':path', '/']],
    INVALID_FIELD,
  ],
  'a repeated pseudo-header': [[...GET, [':path', '/']], INVALID_FIELD],
  'an unknown pseudo-header': [[...GET, [':other', '/']], INVALID_FIELD],
  'a pseudo-header of responses': [[...GET, [':status', '200']], INVALID_FIELD],
  'no method': [without(':method'), MESSAGING],
  'no scheme': [without(':scheme'), MESSAGING],
  'no path': [without(':path'), MESSAGING],
  'neither authority nor host': [without(':authority'), MESSAGING],
  'an empty authority': [replaced(':authority', ''), INVALID_FIELD],
  'an empty path': [replaced(':path', ''), INVALID_FIELD],
  'a relative path': [replaced(':path', 'a'), MESSAGING],
  'an absolute path': [replaced(':path', 'http://example.test/'), MESSAGING],
  'an asterisk without OPTIONS': [replaced(':path', '*'), MESSAGING],
  'a path with a blank': [replaced(':path', '/a b'), INVALID_FIELD],
  'a path with CR and LF': [replaced(':path', '/a\r\nx: y'), INVALID_FIELD],
  'a path with a tab': [replaced(':path', '/a\tb'), INVALID_FIELD],
  'a method with a blank': [replaced(':method', 'G T'), INVALID_FIELD],
  'an empty method': [replaced(':method', ''), INVALID_FIELD],
  'a method with CR': [replaced(':method', 'GET\r'), INVALID_FIELD],
  'a scheme with a blank': [replaced(':scheme', 'ht tp'), INVALID_FIELD],
  'an empty scheme': [replaced(':scheme', ''), INVALID_FIELD],
  'an authority with user information': [replaced(':authority', 'me@example.test'), INVALID_FIELD],
  'an authority with a slash': [replaced(':authority', 'example.test/a'), INVALID_FIELD],
  'an authority with LF': [replaced(':authority', 'a\nb'), INVALID_FIELD],
  'two hosts without an authority': [
    [...without(':authority'), ['host', 'a'], ['host', 'b']],
    INVALID_FIELD,
  ],
  'a host with a blank': [[...without(':authority'), ['host', 'a b']], INVALID_FIELD],
  'a length that is none': [[...GET, ['content-length', '+3']], INVALID_FIELD],
  'a length beyond all measure': [
    [...GET, ['content-length', '99999999999999999999']],
    INVALID_FIELD,
  ],
  'a repeated length': [[...GET, ['content-length', '0'], ['content-length', '0']], INVALID_FIELD],
  'a length without a body': [[...GET, ['content-length', '3']], MESSAGING],
  'CONNECT with a path': [[[':method', 'CONNECT'], ...GET.slice(1)], MESSAGING],
  'CONNECT without an authority': [[[':method', 'CONNECT']], MESSAGING],
  'extended CONNECT where it is not offered': [
    [[':method', 'CONNECT'], [':protocol', 'websocket'], ...GET.slice(1)],
    INVALID_FIELD,
  ],
};

for (const [name, [fields, details]] of Object.entries(MALFORMED)) {
  t.test(`a request with ${name} is malformed`, async (t) => {
    const mapsBefore = headerMapsInUse();
    const one = new Http2ServerHarness(STREAM_ERRORS, (stream) => {
      answer(stream);
      stream.release();
    });
    one.feed(headers(1, fields), headers(3, GET));
    t.same(one.frames(), ['RST_STREAM 1 PROTOCOL_ERROR', 'HEADERS 3 :status=200 end']);
    t.equal(one.streams[0]?.failure, details);
    t.equal(one.streams[0]?.start, '', 'nobody sees it');
    t.equal(statOf(one.stats, 'rx_messaging_error'), 1);
    t.equal(headerMapsInUse(), mapsBefore);
    const all = new Http2ServerHarness();
    all.feed(headers(1, POST, END_HEADERS), headers(3, fields), headers(5, GET));
    t.same(all.frames(), ['GOAWAY 3 PROTOCOL_ERROR']);
    t.same(
      all.streams.map(({ failure }) => failure),
      ['protocolError: codec_error:another_stream', details],
    );
    t.ok(all.isCloseWanted);
  });
}

t.test('a body must be as long as it was said to be', async (t) => {
  const length = (bytes: string): readonly Field[] => [...POST, ['content-length', bytes]];
  for (const [name, frames] of Object.entries({
    'too short': [headers(1, length('5'), END_HEADERS), data(1, 'abc', END_STREAM)],
    'too long': [headers(1, length('2'), END_HEADERS), data(1, 'abc')],
    'too long in two': [headers(1, length('4'), END_HEADERS), data(1, 'abc'), data(1, 'de')],
    'cut by trailers': [
      headers(1, length('5'), END_HEADERS),
      data(1, 'abc'),
      headers(1, [['a', 'b']]),
    ],
    empty: [headers(1, length('5'), END_HEADERS), data(1, '', END_STREAM)],
  })) {
    // What trailers end is a malformed message; else it is the stream alone, as in Envoy.
    const isMalformed = name === 'cut by trailers';
    const harness = new Http2ServerHarness(isMalformed ? STREAM_ERRORS : {});
    harness.feed(...frames);
    t.same(harness.frames(), ['RST_STREAM 1 PROTOCOL_ERROR'], name);
    t.equal(harness.last.failure, isMalformed ? MESSAGING : 'protocolError: http2.remote_reset');
    t.notOk(harness.last.isEnded);
  }
  const right = new Http2ServerHarness(STREAM_ERRORS);
  right.feed(headers(1, length('5'), END_HEADERS), data(1, 'abc'), data(1, 'de', END_STREAM));
  t.equal(right.last.heard.body, 'abcde');
  t.ok(right.last.isEnded);
});

t.test('trailers are the end, and have no pseudo-headers', async (t) => {
  for (const [fields, flags, details] of [
    [[['a', 'b']], END_HEADERS, MESSAGING],
    [[[':path', '/']], END_HEADERS | END_STREAM, INVALID_FIELD],
    [[['A', 'b']], END_HEADERS | END_STREAM, INVALID_FIELD],
    [[['connection', 'close']], END_HEADERS | END_STREAM, INVALID_FIELD],
  ] as const) {
    const harness = new Http2ServerHarness(STREAM_ERRORS);
    harness.feed(headers(1, POST, END_HEADERS), data(1, 'abc'), headers(1, fields, flags));
    t.same(harness.frames(), ['RST_STREAM 1 PROTOCOL_ERROR']);
    t.equal(harness.last.failure, details);
    t.equal(harness.last.trailers, undefined);
  }
});

t.test('the authority counts, and a host only where there is none', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(
    headers(1, [...GET, ['host', 'other.test'], ['x', '1']]),
    headers(3, [...without(':authority'), ['host', 'host.test:81'], ['x', '1']]),
    headers(5, [...GET, ['host', 'a'], ['host', 'b']]),
  );
  t.same(
    harness.streams.map(({ start }) => start),
    ['GET example.test /', 'GET host.test:81 /', 'GET example.test /'],
  );
  t.same(
    harness.streams.map(({ fields }) => fields),
    [[['x', '1']], [['x', '1']], []],
  );
});

t.test('pieces of a cookie are put together at the end', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, [...GET, ['cookie', 'a=1'], ['x', '1'], ['cookie', 'b=2']]));
  t.same(harness.last.fields, [
    ['x', '1'],
    ['cookie', 'a=1; b=2'],
  ]);
});

t.test('empty pieces of a cookie leave no blank that the upstream must refuse', async (t) => {
  const harness = new Http2ServerHarness();
  const pieces = ['a=1', '', 'b=2', ''].map((piece): Field => ['cookie', piece]);
  harness.feed(
    headers(1, [...GET, ...pieces]),
    headers(3, [...GET, ['cookie', ''], ['cookie', '']]),
  );
  t.same(harness.streams[0]?.heard.fields, [['cookie', 'a=1; b=2']]);
  t.same(harness.streams[1]?.heard.fields, [['cookie', '']]);
});

t.test('repeated fields are joined where Envoy keeps one line of them', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, [...GET, ['accept', 'a'], ['x', '1'], ['accept', 'b'], ['x', '2']]));
  t.same(harness.last.fields, [
    ['accept', 'a,b'],
    ['x', '1'],
    ['x', '2'],
  ]);
});

t.test('what looks strange and is right passes', async (t) => {
  const harness = new Http2ServerHarness();
  const options: Field[] = [[':method', 'OPTIONS'], ...without(':method')];
  harness.feed(
    headers(1, replaced(':path', '/e?a#b')),
    headers(3, [...options.filter(([name]) => name !== ':path'), [':path', '*']]),
    headers(5, replaced(':scheme', 'ftp')),
    headers(7, replaced(':method', 'BREW')),
    headers(9, [...GET, ['te', 'trailers'], ['x', ''], ['y', 'a\tb\xff']]),
    headers(11, replaced(':authority', '[::1]:8080')),
    headers(13, [...GET, ['content-length', '0']]),
  );
  t.same(harness.errors, []);
  t.same(
    harness.streams.map(({ start }) => start),
    [
      'GET example.test /e?a#b',
      'OPTIONS example.test *',
      'GET example.test /',
      'BREW example.test /',
      'GET example.test /',
      'GET [::1]:8080 /',
      'GET example.test /',
    ],
  );
});

t.test('names with underscores are dropped or refused as configured', async (t) => {
  const request = headers(1, [...GET, ['a_b', '1'], ['c', '2']]);
  const dropping = new Http2ServerHarness({ headersWithUnderscoresAction: 'DROP_HEADER' });
  dropping.feed(request);
  t.same(dropping.last.fields, [['c', '2']]);
  t.equal(statOf(dropping.stats, 'dropped_headers_with_underscores'), 1);
  const refusing = new Http2ServerHarness({ headersWithUnderscoresAction: 'REJECT_REQUEST' });
  refusing.feed(request);
  t.same(refusing.frames(), ['RST_STREAM 1 INTERNAL_ERROR']);
  t.equal(refusing.last.failure, 'remoteReset: http2.unexpected_underscore');
  t.equal(statOf(refusing.stats, 'requests_rejected_with_underscores_in_headers'), 1);
});

t.test('too many or too large fields end their stream alone', async (t) => {
  const many = Array.from({ length: 97 }, (_, index): Field => [`x-${index}`, '']);
  for (const [fields, stat, details] of [
    [many.slice(1), undefined, undefined],
    [many, 'header_overflow', 'http2.too_many_headers'],
    [[['x', 'y'.repeat(1000)]], 'header_list_size_too_large', 'http2.header_list_size_too_large'],
  ] as const) {
    const harness = new Http2ServerHarness({ maxHeadersBytes: 1000 });
    harness.feed(headers(1, [...GET, ...fields]), headers(3, GET));
    t.same(harness.frames(), details === undefined ? [] : ['RST_STREAM 1 INTERNAL_ERROR']);
    for (const name of ['header_overflow', 'header_list_size_too_large'] as const) {
      t.equal(statOf(harness.stats, name), name === stat ? 1 : 0, name);
    }
    const expected = details === undefined ? undefined : `remoteReset: ${details}`;
    t.equal(harness.streams[0]?.failure, expected);
    t.equal(harness.streams.length, 2);
  }
});

t.test('CONNECT has an authority alone', async (t) => {
  const harness = new Http2ServerHarness({}, undefined);
  harness.feed(
    headers(
      1,
      [
        [':method', 'CONNECT'],
        [':authority', 'a.test:443'],
      ],
      END_HEADERS,
    ),
  );
  t.equal(harness.last.start, 'CONNECT a.test:443 ');
  harness.last.encoder.encodeHeaders(responseOf(200), false);
  harness.feed(data(1, 'up'));
  harness.last.encoder.encodeData(Buffer.from('down'), false);
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1 down']);
  t.equal(harness.last.body, 'up');
});

t.test('extended CONNECT is an upgrade inwards, and 101 becomes 200', async (t) => {
  const fields: readonly Field[] = [
    [':method', 'CONNECT'],
    [':protocol', 'websocket'],
    ...GET.slice(1),
    ['sec-websocket-version', '13'],
  ];
  const harness = new Http2ServerHarness({ allowConnect: true });
  harness.feed(headers(1, fields, END_HEADERS));
  t.equal(harness.last.start, 'GET example.test /');
  t.same(harness.last.fields, [
    ['sec-websocket-version', '13'],
    ['upgrade', 'websocket'],
    ['connection', 'upgrade'],
  ]);
  harness.last.encoder.encodeHeaders(
    responseOf(101, [
      ['connection', 'upgrade'],
      ['upgrade', 'websocket'],
      ['x', '1'],
    ]),
    false,
  );
  t.same(harness.frames(), ['HEADERS 1 :status=200 x=1']);
  harness.feed(headers(3, fields, END_HEADERS));
  harness.last.encoder.encodeHeaders(responseOf(403), true);
  t.same(harness.frames(), ['HEADERS 3 :status=403 end']);
});

t.test('a never-indexed mark stays with its field', async (t) => {
  const harness = new Http2ServerHarness({}, (stream) => {
    const response = responseOf(200, [['x-plain', 'a']]);
    response.appendField(new HeaderField(fieldNameOf('x-secret'), 'b', true));
    stream.encoder.encodeHeaders(response, true);
  });
  harness.feed(headers(1, GET));
  t.same(harness.frames(), ['HEADERS 1 :status=200 x-plain=a x-secret=b! end']);
});

t.test('trailers that would frame the message anew are dropped', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(
    headers(1, POST, END_HEADERS),
    headers(1, [
      ['content-length', '7'],
      ['host', 'other.test'],
      ['x', '1'],
    ]),
  );
  t.same(harness.last.trailers, [['x', '1']]);
});
