import t from 'tap';
import { settledBytes } from '#stream-info/bytes-meter.ts';
import { ClientHarness } from './client-harness.ts';
import { ServerHarness } from './server-harness.ts';

const REQUEST =
  'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1;x=y\r\nb\r\n0\r\nt: u\r\n\r\n';
const RESPONSE = 'HTTP/1.1 200 OK\r\ncontent-length:2\r\nx:  y \r\n\r\nok';

t.test(
  'a server counts what it reads and writes for the present request, however it is cut',
  (t) => {
    for (let cut = 1; cut < REQUEST.length; cut++) {
      const server = new ServerHarness();
      for (let round = 0; round < 2; round++) {
        server.feed(REQUEST.slice(0, cut));
        server.feed(REQUEST.slice(cut));
        const before = server.transport.sent.length;
        server.answer(200, 'body', [['x', 'y']]);
        server.settle();
        const sent = server.transport.sent.length - before;
        t.strictSame(settledBytes(server.last.encoder.bytesMeter), {
          wireBytesReceived: REQUEST.length,
          wireBytesSent: sent,
          // host: a, transfer-encoding: chunked, and the trailer t: u
          headerBytesReceived: 8 + 27 + 5,
          headerBytesSent: 'x: y\r\ntransfer-encoding: chunked\r\n'.length,
          decompressedHeaderBytesReceived: 8 + 27,
          decompressedHeaderBytesSent: 'x: y\r\ntransfer-encoding: chunked\r\n'.length,
        });
      }
    }
    t.end();
  },
);

t.test(
  'a client counts what it writes and reads for the present exchange, however it is cut',
  (t) => {
    for (let cut = 1; cut < RESPONSE.length; cut++) {
      const client = new ClientHarness();
      for (let round = 0; round < 2; round++) {
        const before = client.transport.sent.length;
        const encoder = client.ask('GET', [['x', 'y']]);
        const sent = client.transport.sent.length - before;
        client.feed(RESPONSE.slice(0, cut));
        client.feed(RESPONSE.slice(cut));
        t.strictSame(settledBytes(encoder.bytesMeter), {
          wireBytesReceived: RESPONSE.length,
          wireBytesSent: sent,
          // content-length: 2 and x: y
          headerBytesReceived: 18 + 5,
          headerBytesSent: 'host: example.test\r\nx: y\r\n'.length,
          decompressedHeaderBytesReceived: 18 + 5,
          decompressedHeaderBytesSent: 'host: example.test\r\nx: y\r\n'.length,
        });
      }
    }
    t.end();
  },
);
