import t from 'tap';
import { ErrorCode } from '#http/h2/error-code.ts';
import { FrameType } from '#http/h2/frame-type.ts';
import { headerMapsInUse } from '#http/header-pool.ts';
import { trailersOf } from '../h1/server-harness.ts';
import { Http2ClientHarness } from './client-harness.ts';
import { statOf } from './endpoint-services.ts';
import {
  data,
  END_HEADERS,
  END_STREAM,
  type Field,
  frame,
  goAway,
  headers,
  PREFACE,
  reset,
  settings,
  uint32,
  windowUpdate,
} from './frames.ts';

const OK: readonly Field[] = [[':status', '200']];
const STREAM_ERRORS = { streamErrorOnInvalidHttpMessage: true };

t.test('the connection begins with preface, settings and a larger window', async (t) => {
  const harness = new Http2ClientHarness({}, false);
  t.same(harness.frames(), [
    'SETTINGS 2=0 1=4096 8=0 3=1024 4=65535',
    `WINDOW_UPDATE 0 ${24 * 1_048_576 - 65_535}`,
  ]);
  t.equal(harness.preface, PREFACE.toString('latin1'));
  t.equal(harness.codec.maxConcurrentStreams, 100);
  harness.feed(settings([3, 5]));
  t.same(harness.events, ['settings']);
  t.equal(harness.codec.maxConcurrentStreams, 5);
  harness.feed(settings([3, 100_000]));
  t.equal(harness.codec.maxConcurrentStreams, 1024);
});

t.test('a request goes out and its response comes back', async (t) => {
  const mapsBefore = headerMapsInUse();
  const harness = new Http2ClientHarness();
  const response = harness.ask({ ':path': '/a', accept: '*/*' });
  t.same(harness.frames(), [
    'HEADERS 1 :method=GET :scheme=http :path=/a :authority=example.test accept=*/* end',
  ]);
  t.equal(harness.codec.activeStreams, 1);
  harness.feed(headers(1, [...OK, ['x', '1']], END_HEADERS), data(1, 'hello', END_STREAM));
  t.match(response.heard, { start: '200', fields: [['x', '1']], body: 'hello', isComplete: true });
  t.equal(harness.codec.activeStreams, 0);
  t.equal(harness.streamsDone, 1);
  t.equal(headerMapsInUse(), mapsBefore);
  harness.ask();
  t.match(harness.frames(), [/^HEADERS 3 /]);
});

t.test('bodies, trailers and interim responses pass', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask({ ':method': 'POST' }, false);
  response.encoder.encodeData(Buffer.from('abc'), false);
  response.encoder.encodeTrailers(trailersOf(['x-sum', '1']));
  t.same(harness.frames().slice(1), ['DATA 1 abc', 'HEADERS 1 x-sum=1 end']);
  harness.feed(
    headers(1, [[':status', '103']], END_HEADERS),
    headers(1, [[':status', '110']], END_HEADERS),
    headers(1, OK, END_HEADERS),
    data(1, 'abc'),
    headers(1, [['x-check', '2']]),
  );
  t.match(response.heard, {
    start: '200',
    interim: [103],
    body: 'abc',
    trailers: [['x-check', '2']],
  });
});

t.test('a response that comes before the end of the request leaves the stream open', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask({ ':method': 'POST' }, false);
  harness.feed(headers(1, OK));
  t.ok(response.isComplete);
  t.equal(harness.codec.activeStreams, 1);
  response.encoder.resetStream('localReset');
  t.equal(harness.codec.activeStreams, 0);
  t.equal(harness.frames().at(-1), 'RST_STREAM 1 CANCEL');
});

t.test('resets of the upstream arrive with what they say', async (t) => {
  for (const [code, heard] of [
    [ErrorCode.CANCEL, 'remoteReset: http2.remote_reset'],
    [ErrorCode.PROTOCOL_ERROR, 'protocolError: http2.remote_reset'],
    [ErrorCode.REFUSED_STREAM, 'remoteRefusedStreamReset: http2.remote_refuse'],
    [ErrorCode.CONNECT_ERROR, 'connectError: http2.remote_reset'],
  ] as const) {
    const harness = new Http2ClientHarness();
    const response = harness.ask();
    harness.feed(reset(1, code));
    t.equal(response.failure, heard);
    t.equal(harness.streamsDone, 1);
  }
});

t.test('a response is read to its end although the upstream stops the request', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask({ ':method': 'POST' }, false);
  harness.feed(headers(1, OK, END_HEADERS), data(1, 'early', END_STREAM), reset(1, 0));
  t.equal(response.body, 'early');
  t.ok(response.isComplete);
  t.equal(response.failure, 'remoteReset: http2.remote_reset', 'the request is given up then');
  t.equal(harness.codec.activeStreams, 0);
});

t.test('resets say why', async (t) => {
  for (const [reason, code] of [
    ['localReset', 'CANCEL'],
    ['overflow', 'CANCEL'],
    ['connectionTermination', 'CANCEL'],
    ['localRefusedStreamReset', 'REFUSED_STREAM'],
    ['connectError', 'CONNECT_ERROR'],
    ['protocolError', 'PROTOCOL_ERROR'],
  ] as const) {
    const harness = new Http2ClientHarness();
    const response = harness.ask();
    harness.frames();
    response.encoder.resetStream(reason);
    t.same(harness.frames(), [`RST_STREAM 1 ${code}`]);
    harness.feed(headers(1, OK, END_HEADERS), data(1, 'late', END_STREAM));
    t.same(harness.events, []);
    t.same(harness.frames(), []);
    t.equal(response.failure, undefined);
  }
});

t.test('a reset does not wait behind a request that waits', async (t) => {
  const harness = new Http2ClientHarness();
  harness.feed(settings([4, 0]));
  const response = harness.ask({ ':method': 'POST' }, false);
  response.encoder.encodeData(Buffer.from('abc'), true);
  harness.frames();
  response.encoder.resetStream('localReset');
  t.same(harness.frames(), ['RST_STREAM 1 CANCEL']);
  t.equal(statOf(harness.stats, 'pending_send_bytes'), 0);
  harness.feed(windowUpdate(1, 100));
  t.same(harness.frames(), []);
});

t.test('GOAWAY refuses the streams above its last one, and new ones', async (t) => {
  const harness = new Http2ClientHarness();
  const responses = [harness.ask(), harness.ask(), harness.ask()];
  t.ok(harness.codec.canTakeStream);
  harness.feed(goAway(3));
  t.same(harness.events, ['goaway 3 0']);
  t.notOk(harness.codec.canTakeStream);
  t.same(
    responses.map(({ failure }) => failure),
    [undefined, undefined, 'remoteRefusedStreamReset: http2.remote_refuse'],
  );
  t.equal(harness.codec.activeStreams, 2);
  harness.feed(headers(1, OK), goAway(1));
  t.match(responses[1]?.failure, /^remoteRefused/);
  t.ok(responses[0]?.isComplete);
  const late = harness.ask();
  t.match(late.failure, /^remoteRefused/);
  t.equal(harness.codec.activeStreams, 0);
  t.equal(harness.streamsDone, 4);
});

t.test('streams that were begun count before their head is sent', async (t) => {
  const harness = new Http2ClientHarness({ maxConcurrentStreams: 2 });
  const decoder = harness.ask();
  const encoder = harness.codec.newStream(decoder);
  t.equal(harness.codec.activeStreams, 2);
  t.notOk(harness.codec.canTakeStream);
  encoder.resetStream('localReset');
  t.equal(harness.codec.activeStreams, 1);
  t.ok(harness.codec.canTakeStream);
});

const MALFORMED: Readonly<Record<string, readonly [fields: readonly Field[], flags?: number]>> = {
  'no status': [[['x', '1']]],
  'a status of two digits': [[[':status', '20']]],
  'a status that is none': [[[':status', '2x0']]],
  'status 101': [[[':status', '101']], END_HEADERS],
  'an interim status at the end': [[[':status', '103']]],
  'a pseudo-header of requests': [[...OK, [':path', '/']]],
  'two statuses': [[...OK, [':status', '200']]],
  'a status behind a field': [[['x', '1'], ...OK]],
  connection: [[...OK, ['connection', 'close']]],
  'an upper-case name': [[...OK, ['X-A', '1']]],
  'LF in a value': [[...OK, ['x', 'a\nb']]],
  'a length without a body': [[...OK, ['content-length', '3']]],
  'two lengths': [[...OK, ['content-length', '3'], ['content-length', '3']], END_HEADERS],
  'a length and status 204': [
    [
      [':status', '204'],
      ['content-length', '3'],
    ],
  ],
  'a length and status 103': [
    [
      [':status', '103'],
      ['content-length', '3'],
    ],
    END_HEADERS,
  ],
};

for (const [name, [fields, flags]] of Object.entries(MALFORMED)) {
  t.test(`a response with ${name} is malformed`, async (t) => {
    const mapsBefore = headerMapsInUse();
    const one = new Http2ClientHarness(STREAM_ERRORS);
    const broken = one.ask();
    const other = one.ask();
    one.frames();
    one.feed(headers(1, fields, flags), headers(3, OK));
    t.same(one.frames(), ['RST_STREAM 1 PROTOCOL_ERROR']);
    t.match(broken.failure, /^protocolError: http2\./);
    t.equal(broken.start, '');
    t.ok(other.isComplete);
    t.equal(headerMapsInUse(), mapsBefore);
    const all = new Http2ClientHarness();
    all.ask();
    all.frames();
    all.feed(headers(1, fields, flags));
    t.same(all.frames(), ['GOAWAY 0 PROTOCOL_ERROR']);
    t.equal(all.events.length, 1);
    t.notOk(all.codec.canTakeStream);
  });
}

t.test('bodies are held to their length, and to having none', async (t) => {
  const length = (bytes: string): readonly Field[] => [...OK, ['content-length', bytes]];
  for (const [name, fields, frames, isRight] of [
    ['right', {}, [headers(1, length('3'), END_HEADERS), data(1, 'abc', END_STREAM)], true],
    ['short', {}, [headers(1, length('4'), END_HEADERS), data(1, 'abc', END_STREAM)], false],
    ['long', {}, [headers(1, length('2'), END_HEADERS), data(1, 'abc')], false],
    ['HEAD', { ':method': 'HEAD' }, [headers(1, length('9'))], true],
    [
      'HEAD with a body',
      { ':method': 'HEAD' },
      [headers(1, length('9'), END_HEADERS), data(1, 'x')],
      false,
    ],
    [
      'HEAD with an empty frame',
      { ':method': 'HEAD' },
      [headers(1, length('9'), END_HEADERS), data(1, '', END_STREAM)],
      true,
    ],
    [
      '304',
      {},
      [
        headers(1, [
          [':status', '304'],
          ['content-length', '9'],
        ]),
      ],
      true,
    ],
    ['204 with a body', {}, [headers(1, [[':status', '204']], END_HEADERS), data(1, 'x')], false],
    ['DATA before the head', {}, [data(1, 'x')], false],
    [
      'DATA behind an interim head',
      {},
      [headers(1, [[':status', '103']], END_HEADERS), data(1, 'x')],
      false,
    ],
    [
      'trailers without an end',
      {},
      [headers(1, OK, END_HEADERS), headers(1, [['a', 'b']], END_HEADERS)],
      false,
    ],
  ] as const) {
    const harness = new Http2ClientHarness(STREAM_ERRORS);
    const response = harness.ask(fields);
    harness.frames();
    harness.feed(...frames);
    t.equal(response.isComplete, isRight, name);
    t.same(harness.frames(), isRight ? [] : ['RST_STREAM 1 PROTOCOL_ERROR'], name);
  }
});

t.test('what no upstream may send ends the connection', async (t) => {
  for (const [bytes, code] of [
    [frame(FrameType.PUSH_PROMISE, END_HEADERS, 1, uint32(2)), 'PROTOCOL_ERROR'],
    [headers(2, OK), 'PROTOCOL_ERROR'],
    [headers(9, OK), 'PROTOCOL_ERROR'],
    [data(9, 'x'), 'PROTOCOL_ERROR'],
    [reset(9, 0), 'PROTOCOL_ERROR'],
    [frame(FrameType.HEADERS, END_HEADERS, 1, '\xff\xff\xff\xff\xff\xff'), 'COMPRESSION_ERROR'],
  ] as const) {
    const harness = new Http2ClientHarness();
    const response = harness.ask();
    harness.frames();
    harness.feed(bytes);
    t.same(harness.frames(), [`GOAWAY 0 ${code}`]);
    t.match(response.failure, /^protocolError: /);
    t.equal(harness.streamsDone, 1);
  }
});

t.test('an upstream that is gone takes its streams with it', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask();
  harness.transport.close();
  t.equal(response.failure, 'connectionTermination: closed');
  t.notOk(harness.codec.canTakeStream);
});

t.test('CONNECT goes out with an authority alone', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask({ ':method': 'CONNECT', ':authority': 'a.test:443' }, false);
  t.same(harness.frames(), ['HEADERS 1 :method=CONNECT :authority=a.test:443']);
  harness.feed(headers(1, OK, END_HEADERS), data(1, 'down'));
  t.equal(response.body, 'down');
});

const UPGRADE = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };

t.test('an upgrade goes out as extended CONNECT, and 200 comes back as 101', async (t) => {
  const harness = new Http2ClientHarness();
  harness.feed(settings([8, 1]));
  harness.frames();
  const response = harness.ask(UPGRADE, false);
  t.same(harness.frames(), [
    'HEADERS 1 :method=CONNECT :scheme=http :path=/ :authority=example.test :protocol=websocket sec-websocket-version=13',
  ]);
  harness.feed(headers(1, [...OK, ['x', '1']], END_HEADERS));
  t.equal(response.start, '101');
  t.same(response.fields, [
    ['x', '1'],
    ['upgrade', 'websocket'],
    ['connection', 'upgrade'],
  ]);
  const declined = harness.ask(UPGRADE, false);
  harness.feed(headers(3, [[':status', '403']]));
  t.equal(declined.start, '403');
});

t.test('an upgrade is not sent to an upstream that does not know it', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask(UPGRADE, false);
  t.same(harness.frames(), []);
  t.match(response.failure, /^protocolError: /);
  t.equal(harness.codec.activeStreams, 0);
});

t.test('pieces of set-cookie stay apart, and those of cookie come together', async (t) => {
  const harness = new Http2ClientHarness();
  const response = harness.ask();
  harness.feed(
    headers(1, [...OK, ['set-cookie', 'a'], ['set-cookie', 'b'], ['vary', 'x'], ['vary', 'y']]),
  );
  t.same(response.fields, [
    ['set-cookie', 'a'],
    ['set-cookie', 'b'],
    ['vary', 'x,y'],
  ]);
});

t.test('late frames of streams that were reset long ago are no reason to answer', async (t) => {
  const harness = new Http2ClientHarness();
  const responses = Array.from({ length: 300 }, () => harness.ask());
  for (const { encoder } of responses) encoder.resetStream('localReset');
  harness.frames();
  for (let id = 1; id < 600; id += 2) {
    harness.feed(headers(id, OK, END_HEADERS), data(id, 'late', END_STREAM));
  }
  t.same(harness.frames(), []);
  t.same(harness.events, []);
  t.equal(statOf(harness.stats, 'headers_cb_no_stream'), 300);
});

t.test('a response behind its own end is answered with a reset', async (t) => {
  const harness = new Http2ClientHarness();
  harness.ask();
  harness.frames();
  harness.feed(headers(1, OK), headers(1, OK), data(1, 'more'));
  t.same(harness.frames(), ['RST_STREAM 1 STREAM_CLOSED', 'RST_STREAM 1 STREAM_CLOSED']);
});

t.test('requests lose what HTTP/2 does not have', async (t) => {
  const harness = new Http2ClientHarness();
  harness.ask({ te: 'gzip', host: 'other.test', connection: 'x', 'keep-alive': '1', a: 'b' });
  harness.ask({ te: 'trailers' });
  t.same(harness.frames(), [
    'HEADERS 1 :method=GET :scheme=http :path=/ :authority=example.test a=b end',
    'HEADERS 3 :method=GET :scheme=http :path=/ :authority=example.test te=trailers end',
  ]);
});
