import t from 'tap';
import { ErrorCode } from '#http/h2/error-code.ts';
import { FrameType } from '#http/h2/frame-type.ts';
import { headerMapsInUse } from '#http/header-pool.ts';
import { responseOf, trailersOf } from '../h1/server-harness.ts';
import { statOf } from './endpoint-services.ts';
import {
  ACK,
  block,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  GET,
  goAway,
  headers,
  POST,
  PREFACE,
  PRIORITY,
  ping,
  reset,
  settings,
  uint32,
  windowUpdate,
} from './frames.ts';
import { answer, Http2ServerHarness } from './server-harness.ts';

t.test('the connection begins with settings and a larger window', async (t) => {
  const harness = new Http2ServerHarness({}, undefined, false);
  t.same(harness.frames(), [
    'SETTINGS 1=4096 8=0 3=1024 4=65535',
    `WINDOW_UPDATE 0 ${24 * 1_048_576 - 65_535}`,
  ]);
  harness.feed(PREFACE, settings());
  t.same(harness.frames(), ['SETTINGS ack']);
});

t.test('custom settings are announced, and extended CONNECT where it is allowed', async (t) => {
  const harness = new Http2ServerHarness(
    {
      customSettings: [{ identifier: 0x1234, value: 5 }],
      allowConnect: true,
      initialConnectionWindowSize: 65_535,
      initialStreamWindowSize: 65_535,
      maxConcurrentStreams: 7,
    },
    undefined,
    false,
  );
  t.same(harness.frames(), ['SETTINGS 4660=5 1=4096 8=1 3=7 4=65535']);
});

t.test('a preface that is none ends the connection', async (t) => {
  for (const text of ['PRI * HTTP/2.0\r\n\r\nSM\r\n\rX', 'GET / HTTP/1.1\r\n\r\n']) {
    const harness = new Http2ServerHarness({}, undefined, false);
    harness.frames();
    harness.feed(Buffer.from(text));
    t.same(harness.frames(), ['GOAWAY 0 PROTOCOL_ERROR']);
    t.ok(harness.isCloseWanted);
    t.same(harness.errors, ['protocolError: codec_error:no_client_preface']);
  }
});

t.test('the first frame must be SETTINGS', async (t) => {
  for (const first of [ping(), headers(1, GET), frame(FrameType.SETTINGS, ACK, 0)]) {
    const harness = new Http2ServerHarness({}, undefined, false);
    harness.frames();
    harness.feed(PREFACE, first);
    t.same(harness.frames(), ['GOAWAY 0 PROTOCOL_ERROR']);
    t.equal(harness.streams.length, 0);
  }
});

t.test('a request is answered, and nothing of it stays', async (t) => {
  const mapsBefore = headerMapsInUse();
  const harness = new Http2ServerHarness({}, (stream) => {
    answer(stream, 'hello', [['x-a', '1']]);
    stream.release();
  });
  harness.feed(headers(1, [...GET, ['accept', '*/*']]));
  t.same(harness.frames(), ['HEADERS 1 :status=200 x-a=1', 'DATA 1 hello end']);
  const [{ heard }] = harness.streams as [(typeof harness.streams)[0]];
  t.equal(heard.start, 'GET example.test /');
  t.same(heard.fields, [['accept', '*/*']]);
  t.equal(harness.codec.activeStreams, 0);
  t.equal(harness.streamsDone, 1);
  t.equal(statOf(harness.stats, 'streams_active'), 0);
  t.equal(headerMapsInUse(), mapsBefore);
});

t.test('bodies and trailers pass in both directions', async (t) => {
  const harness = new Http2ServerHarness({}, ({ encoder }) => {
    encoder.encodeHeaders(responseOf(200), false);
    encoder.encodeData(Buffer.from('abc'), false);
    encoder.encodeTrailers(trailersOf(['x-sum', '6']));
  });
  harness.feed(
    headers(1, POST, END_HEADERS),
    data(1, 'one'),
    data(1, 'two'),
    headers(1, [['x-check', '2']]),
  );
  const { heard } = harness.last;
  t.equal(heard.body, 'onetwo');
  t.same(heard.trailers, [['x-check', '2']]);
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1 abc', 'HEADERS 1 x-sum=6 end']);
  t.equal(statOf(harness.stats, 'trailers'), 1);
});

t.test('empty trailers become an end', async (t) => {
  const harness = new Http2ServerHarness({}, ({ encoder }) => {
    encoder.encodeHeaders(responseOf(200), false);
    encoder.encodeTrailers(trailersOf());
  });
  harness.feed(headers(1, GET));
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1  end']);
});

t.test('interim responses come first', async (t) => {
  const harness = new Http2ServerHarness({}, (stream) => {
    stream.encoder.encode1xxHeaders(responseOf(103, [['link', '</a>']]));
    answer(stream);
  });
  harness.feed(headers(1, GET));
  t.same(harness.frames(), ['HEADERS 1 :status=103 link=</a>', 'HEADERS 1 :status=200 end']);
});

t.test('fields of one HTTP/1.1 connection are left out', async (t) => {
  const harness = new Http2ServerHarness({}, (stream) => {
    answer(stream, '', [
      ['connection', 'close'],
      ['keep-alive', 'timeout=5'],
      ['proxy-connection', 'close'],
      ['transfer-encoding', 'chunked'],
      ['upgrade', 'h2c'],
      ['x-stays', 'yes'],
    ]);
  });
  harness.feed(headers(1, GET));
  t.same(harness.frames(), ['HEADERS 1 :status=200 x-stays=yes end']);
});

t.test('large header blocks are cut into CONTINUATION frames', async (t) => {
  const big = 'v'.repeat(40_000);
  const harness = new Http2ServerHarness({}, (stream) => answer(stream, 'x', [['x-big', big]]));
  harness.feed(headers(1, GET));
  t.same(harness.frames(), [`HEADERS 1 :status=200 x-big=${big}`, 'DATA 1 x end']);
  t.ok(harness.log.continuations > 0);
});

t.test('what goes out in one turn is one write', async (t) => {
  const harness = new Http2ServerHarness({}, (stream) => answer(stream, 'hello'));
  harness.transport.writes.length = 0;
  harness.feed(headers(1, GET), headers(3, GET), ping(), headers(5, GET));
  t.equal(harness.transport.writes.length, 1);
  t.equal(harness.frames().length, 7);
});

t.test('an answer before the end of the request stops the request without an error', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, POST, END_HEADERS), data(1, 'some'));
  answer(harness.last, 'early');
  harness.last.encoder.resetStream('localReset');
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1 early end', 'RST_STREAM 1 NO_ERROR']);
  t.equal(harness.codec.activeStreams, 0);
  harness.feed(data(1, 'late'), headers(1, [['x-late', '1']]), headers(3, GET));
  t.same(harness.frames(), [], 'what was under way is ignored');
  t.equal(harness.streams.length, 2, 'and the next request heard');
  t.equal(statOf(harness.stats, 'headers_cb_no_stream'), 1);
});

t.test('an early answer to a request whose end came with it is followed by nothing', async (t) => {
  const ends = {
    data: data(1, '', END_STREAM),
    trailers: headers(1, [['x-late', '1']]),
  };
  for (const [name, end] of Object.entries(ends)) {
    const one = new Http2ServerHarness();
    one.onHead = (stream) => {
      answer(stream, 'early');
      stream.encoder.resetStream('localReset');
    };
    one.feed(headers(1, POST, END_HEADERS), data(1, 'some'), end);
    t.same(one.frames(), ['HEADERS 1 :status=200', 'DATA 1 early end'], name);
    t.equal(one.codec.activeStreams, 0);
    t.equal(one.streamsDone, 1);
    one.feed(headers(3, POST, END_HEADERS), data(3, 'some'));
    t.match(one.frames().at(-1), 'RST_STREAM 3 NO_ERROR');
    t.equal(one.codec.activeStreams, 0);
  }
});

t.test('responses that break off say so', async (t) => {
  for (const [reason, code] of [
    ['localReset', 'INTERNAL_ERROR'],
    ['remoteReset', 'INTERNAL_ERROR'],
    ['connectionTermination', 'INTERNAL_ERROR'],
    ['localRefusedStreamReset', 'REFUSED_STREAM'],
    ['connectError', 'CONNECT_ERROR'],
    ['protocolError', 'PROTOCOL_ERROR'],
    ['overloadManager', 'ENHANCE_YOUR_CALM'],
  ] as const) {
    const harness = new Http2ServerHarness();
    harness.feed(headers(1, GET));
    harness.last.encoder.encodeHeaders(responseOf(200), false);
    harness.last.encoder.resetStream(reason);
    t.same(harness.frames(), ['HEADERS 1 :status=200', `RST_STREAM 1 ${code}`], reason);
    t.equal(harness.last.failure, undefined, 'whoever resets is not told of it');
    t.equal(statOf(harness.stats, 'tx_reset'), 1);
    harness.last.encoder.encodeData(Buffer.from('more'), true);
    harness.last.encoder.resetStream(reason);
    t.same(harness.frames(), []);
  }
});

t.test('resets of the client reach the stream with what they say', async (t) => {
  for (const [code, heard] of [
    [ErrorCode.CANCEL, 'remoteReset: http2.remote_reset'],
    [ErrorCode.NO_ERROR, 'remoteReset: http2.remote_reset'],
    [ErrorCode.REFUSED_STREAM, 'remoteRefusedStreamReset: http2.remote_refuse'],
    [ErrorCode.CONNECT_ERROR, 'connectError: http2.remote_reset'],
  ] as const) {
    const harness = new Http2ServerHarness();
    harness.feed(headers(1, POST, END_HEADERS), reset(1, code));
    t.equal(harness.last.failure, heard);
    t.equal(harness.codec.activeStreams, 0);
    t.equal(statOf(harness.stats, 'rx_reset'), 1);
    harness.last.encoder.encodeHeaders(responseOf(200), true);
    t.same(harness.frames(), []);
    harness.feed(reset(1, code), windowUpdate(1, 5));
    t.same(harness.errors, [], 'frames behind the end do no harm');
  }
});

t.test('a client that is gone takes its streams with it', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, GET), headers(3, GET));
  harness.transport.close();
  t.same(
    harness.streams.map(({ failure }) => failure),
    ['connectionTermination: closed', 'connectionTermination: closed'],
  );
  t.equal(statOf(harness.stats, 'streams_active'), 0);
});

t.test('PING is answered, its acknowledgement not', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(ping('abcdefgh'), ping('ignored!', ACK));
  t.same(harness.frames(), ['PING ack abcdefgh']);
});

t.test('streams beyond the limit are refused, and their header blocks read', async (t) => {
  const harness = new Http2ServerHarness({ maxConcurrentStreams: 2 });
  // The refused request puts a field into HPACK's table, and the last one refers to it.
  const indexed = Buffer.concat([Buffer.from([0x40, 1]), Buffer.from('a'), Buffer.from([1, 0x62])]);
  const blockOf = (more: Buffer): Buffer =>
    Buffer.concat([Buffer.from([0x82, 0x86, 0x84, 0x41, 1, 0x68]), more]);
  const request = (id: number, more: Buffer): Buffer =>
    frame(FrameType.HEADERS, END_HEADERS | END_STREAM, id, blockOf(more));
  harness.feed(headers(1, GET), headers(3, GET), request(5, indexed));
  t.same(harness.frames(), ['RST_STREAM 5 REFUSED_STREAM']);
  t.equal(harness.streams.length, 2);
  t.equal(statOf(harness.stats, 'stream_refused_errors'), 1);
  answer(harness.last);
  harness.feed(
    frame(
      FrameType.HEADERS,
      END_HEADERS | END_STREAM,
      7,
      Buffer.from([0x82, 0x86, 0x84, 0xbf, 0xbe]),
    ),
  );
  t.same(harness.errors, []);
  t.equal(harness.streams.length, 3);
});

t.test('stream ids must rise and be odd', async (t) => {
  for (const [frames, answered] of [
    [[headers(2, GET)], 'GOAWAY 0 PROTOCOL_ERROR'],
    [[headers(5, GET), headers(3, GET)], 'GOAWAY 5 PROTOCOL_ERROR'],
    [[data(1, 'x')], 'GOAWAY 0 PROTOCOL_ERROR'],
    [[reset(1, 8)], 'GOAWAY 0 PROTOCOL_ERROR'],
    [[windowUpdate(1, 8)], 'GOAWAY 0 PROTOCOL_ERROR'],
  ] as const) {
    const harness = new Http2ServerHarness();
    harness.feed(...frames);
    t.same(harness.frames(), [answered]);
    t.ok(harness.isCloseWanted);
  }
});

t.test('frames behind the end of a stream are errors', async (t) => {
  const ended = (): Http2ServerHarness => {
    const harness = new Http2ServerHarness({}, (stream) => answer(stream));
    harness.feed(headers(1, GET));
    harness.frames();
    return harness;
  };
  t.same(ended().feed(data(1, 'x')).frames(), ['RST_STREAM 1 STREAM_CLOSED']);
  t.same(ended().feed(headers(1, GET)).frames(), ['GOAWAY 1 STREAM_CLOSED']);
  const halfClosed = new Http2ServerHarness();
  halfClosed.feed(headers(1, GET), data(1, 'x'));
  t.same(halfClosed.frames(), ['RST_STREAM 1 STREAM_CLOSED']);
  t.match(halfClosed.last.failure, /^protocolError: /);
  const again = new Http2ServerHarness();
  again.feed(headers(1, GET), headers(1, GET));
  t.same(again.frames(), ['RST_STREAM 1 STREAM_CLOSED']);
});

t.test('GOAWAY comes in two steps, and what is above the last stream is ignored', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, GET));
  harness.codec.shutdownNotice();
  t.same(harness.frames(), ['GOAWAY 2147483647 NO_ERROR']);
  harness.feed(headers(3, GET));
  t.equal(harness.streams.length, 2, 'streams that were under way are served');
  harness.codec.goAway();
  t.same(harness.frames(), ['GOAWAY 3 NO_ERROR']);
  t.equal(statOf(harness.stats, 'goaway_sent'), 1);
  harness.feed(headers(5, POST, END_HEADERS), data(5, 'x'));
  t.equal(harness.streams.length, 2);
  t.same(harness.errors, []);
  for (const stream of harness.streams) answer(stream);
  t.equal(harness.frames().length, 2, 'two answers and nothing else');
});

t.test('a whole request above the last stream is ignored, trailers too', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, GET));
  harness.codec.goAway();
  harness.frames();
  harness.feed(headers(3, POST, END_HEADERS), data(3, 'x'), headers(3, [['x-sum', '1']]));
  t.same(harness.frames(), [], 'it was sent before the client knew');
  answer(harness.last, 'body');
  t.same(harness.frames(), ['HEADERS 1 :status=200', 'DATA 1 body end']);
});

t.test('GOAWAY of the client changes nothing for its streams', async (t) => {
  const harness = new Http2ServerHarness({}, (stream) => answer(stream));
  harness.feed(goAway(0), headers(1, GET));
  t.same(harness.frames(), ['HEADERS 1 :status=200 end']);
});

t.test('frames of other types, and of other settings, are ignored', async (t) => {
  const harness = new Http2ServerHarness({}, (stream) => answer(stream));
  harness.feed(
    frame(0x42, 0xff, 1, 'whatever'),
    frame(0x43, 0, 0),
    settings([0x99, 1], [0x5, 16_384]),
    headers(1, GET),
  );
  t.same(harness.frames(), ['SETTINGS ack', 'HEADERS 1 :status=200 end']);
});

t.test('malformed frames end the connection', async (t) => {
  for (const [bytes, code] of [
    [frame(FrameType.PING, 0, 0, 'short'), 'FRAME_SIZE_ERROR'],
    [frame(FrameType.PING, 0, 1, '12345678'), 'PROTOCOL_ERROR'],
    [frame(FrameType.SETTINGS, 0, 0, '12345'), 'FRAME_SIZE_ERROR'],
    [frame(FrameType.SETTINGS, ACK, 0, '123456'), 'FRAME_SIZE_ERROR'],
    [frame(FrameType.SETTINGS, 0, 1), 'PROTOCOL_ERROR'],
    [settings([2, 2]), 'PROTOCOL_ERROR'],
    [settings([4, 0x8000_0000]), 'FLOW_CONTROL_ERROR'],
    [settings([5, 16_383]), 'PROTOCOL_ERROR'],
    [settings([5, 16_777_216]), 'PROTOCOL_ERROR'],
    [settings([8, 2]), 'PROTOCOL_ERROR'],
    [frame(FrameType.RST_STREAM, 0, 0, uint32(1)), 'PROTOCOL_ERROR'],
    [frame(FrameType.RST_STREAM, 0, 1, '123'), 'FRAME_SIZE_ERROR'],
    [frame(FrameType.WINDOW_UPDATE, 0, 0, '123'), 'FRAME_SIZE_ERROR'],
    [windowUpdate(0, 0), 'PROTOCOL_ERROR'],
    [frame(FrameType.GOAWAY, 0, 0, '1234567'), 'FRAME_SIZE_ERROR'],
    [frame(FrameType.GOAWAY, 0, 1, '12345678'), 'PROTOCOL_ERROR'],
    [frame(FrameType.PUSH_PROMISE, END_HEADERS, 1, uint32(2)), 'PROTOCOL_ERROR'],
    [frame(FrameType.PRIORITY, 0, 0, '12345'), 'PROTOCOL_ERROR'],
    [frame(FrameType.DATA, 0, 0, 'x'), 'PROTOCOL_ERROR'],
    [frame(FrameType.HEADERS, END_HEADERS, 0, 'x'), 'PROTOCOL_ERROR'],
    [frame(FrameType.HEADERS, END_HEADERS | PRIORITY, 1, 'abc'), 'PROTOCOL_ERROR'],
    [frame(FrameType.HEADERS, END_HEADERS | 0x8, 1, '\x05abcd'), 'PROTOCOL_ERROR'],
    [frame(FrameType.HEADERS, END_HEADERS, 1, '\xff\xff\xff\xff\xff\xff'), 'COMPRESSION_ERROR'],
    [frame(FrameType.CONTINUATION, END_HEADERS, 1, 'x'), 'PROTOCOL_ERROR'],
    [frame(FrameType.DATA, 0, 1, Buffer.alloc(16_385)), 'FRAME_SIZE_ERROR'],
  ] as const) {
    const harness = new Http2ServerHarness();
    harness.feed(bytes, headers(9, GET));
    const sent = harness.frames().filter((line) => line.startsWith('GOAWAY'));
    t.match(sent, [new RegExp(`^GOAWAY \\d+ ${code}$`)], bytes.toString('hex').slice(0, 40));
    t.ok(harness.isCloseWanted);
    t.ok(
      harness.streams.every(({ start }) => start === ''),
      'nothing is read after it',
    );
  }
});

t.test('a header block must not be interrupted', async (t) => {
  for (const between of [ping(), data(1, 'x'), headers(3, GET), frame(0x42, 0, 0)]) {
    const harness = new Http2ServerHarness();
    harness.feed(headers(1, GET, 0), between);
    t.same(harness.frames(), ['GOAWAY 1 PROTOCOL_ERROR']);
  }
});

t.test('a stream that depends on itself is refused', async (t) => {
  const payload = Buffer.concat([
    uint32(1),
    Buffer.from([5]),
    Buffer.from('\x82\x86\x84\x41\x01h', 'latin1'),
  ]);
  const harness = new Http2ServerHarness();
  harness.feed(frame(FrameType.HEADERS, END_HEADERS | END_STREAM | PRIORITY, 1, payload));
  t.same(harness.frames(), ['RST_STREAM 1 PROTOCOL_ERROR']);
  t.equal(harness.streams.length, 0);
  const good = Buffer.concat([uint32(3), payload.subarray(4)]);
  harness.feed(frame(FrameType.HEADERS, END_HEADERS | END_STREAM | PRIORITY, 5, good));
  t.equal(harness.streams.length, 1);
  harness.feed(frame(FrameType.PRIORITY, 0, 5, Buffer.concat([uint32(5), Buffer.from([1])])));
  t.same(harness.frames(), ['RST_STREAM 5 PROTOCOL_ERROR']);
});

t.test('what ends a stream alone is told as a detail of HTTP/2', async (t) => {
  for (const [bytes, details] of [
    [windowUpdate(1, 0), 'http2.WINDOW_UPDATE of nothing'],
    [windowUpdate(1, 0x7fff_ffff), 'http2.stream window overflow'],
    [frame(FrameType.PRIORITY, 0, 1, 'four'), 'http2.frame size'],
  ] as const) {
    const harness = new Http2ServerHarness();
    harness.feed(headers(1, POST, END_HEADERS), bytes);
    t.equal(harness.last.failure, `protocolError: ${details}`);
    t.same(harness.errors, []);
  }
});

t.test('SETTINGS are acknowledged once', async (t) => {
  const harness = new Http2ServerHarness();
  const ack = frame(FrameType.SETTINGS, ACK, 0);
  harness.feed(ack, headers(1, GET));
  t.same(harness.errors, []);
  harness.feed(ack);
  t.same(harness.frames(), ['GOAWAY 1 PROTOCOL_ERROR']);
  t.same(harness.errors, ['protocolError: codec_error:SETTINGS_acknowledged_again']);
});

t.test('bytes on the wire are counted for each stream', async (t) => {
  const harness = new Http2ServerHarness({}, (stream) => answer(stream, 'hello'));
  const head = headers(1, POST, END_HEADERS);
  harness.feed(head, data(1, 'abc', END_STREAM));
  const meter = harness.last.encoder.bytesMeter;
  const sent = harness.transport.takeSent().length;
  t.equal(meter.wireBytesReceived, head.length + 12);
  t.equal(meter.headerBytesReceived, head.length);
  t.equal(meter.wireBytesSent, sent);
  t.equal(meter.headerBytesSent, sent - 14);
  t.equal(meter.decompressedHeaderBytesSent, ':status200'.length);
  const plain = POST.map(([name, value]) => name + value).join('');
  t.equal(meter.decompressedHeaderBytesReceived, plain.length);
});

t.test('late frames of any number of refused requests do no harm', async (t) => {
  const harness = new Http2ServerHarness({}, undefined);
  for (let id = 1; id < 200; id += 2) {
    harness.feed(headers(id, POST, END_HEADERS));
    answer(harness.last);
    harness.last.encoder.resetStream('localReset');
  }
  harness.frames();
  for (let id = 1; id < 200; id += 2)
    harness.feed(data(id, 'late'), headers(id, [['x-late', '1']]));
  t.same(harness.errors, []);
  t.same(harness.frames(), []);
  harness.feed(headers(201, GET));
  t.equal(harness.streams.length, 101);
});

t.test('large reads get a buffer of their own as long as bodies come', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, POST, END_HEADERS), data(1, Buffer.alloc(16_384)));
  t.ok(harness.transport.isBulk);
  harness.feed(data(1, Buffer.alloc(100)));
  t.notOk(harness.transport.isBulk);
  harness.feed(data(1, Buffer.alloc(16_384)));
  t.ok(harness.transport.isBulk);
  answer(harness.last);
  harness.feed(data(1, Buffer.alloc(16_384), END_STREAM));
  t.notOk(harness.transport.isBulk, 'an idle connection has none');
});

t.test('many small answers do not pile up within a turn', async (t) => {
  const harness = new Http2ServerHarness();
  harness.transport.writes.length = 0;
  harness.feed(Buffer.concat(Array.from({ length: 20_000 }, () => ping())));
  t.equal(harness.frames().length, 20_000);
  t.ok(harness.transport.writes.every((text) => text.length < 70_000));
});

t.test('a request begins with its first frame, and may be given up before its last', async (t) => {
  const harness = new Http2ServerHarness();
  harness.feed(headers(1, GET.slice(0, 2), 0));
  t.equal(harness.streams.length, 1, 'so that it can time out');
  t.equal(harness.last.start, '');
  harness.last.encoder.encodeHeaders(responseOf(408), true);
  harness.last.encoder.resetStream('localReset');
  t.same(harness.frames(), ['HEADERS 1 :status=408 end', 'RST_STREAM 1 NO_ERROR']);
  harness.feed(frame(FrameType.CONTINUATION, END_HEADERS, 1, block(GET.slice(2))), headers(3, GET));
  t.same(harness.errors, []);
  t.equal(harness.streams.length, 2);
  harness.feed(frame(FrameType.HEADERS, END_STREAM, 5, block(GET)));
  harness.feed(frame(FrameType.CONTINUATION, END_HEADERS, 5, block([['x', '1']])));
  t.same(harness.last.fields, [['x', '1']]);
  t.ok(harness.last.isEnded);
});
