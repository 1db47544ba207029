import { once } from 'node:events';
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect, createServer } from 'node:net';
import t from 'tap';
import {
  contentOf,
  encodeFrame,
  encodeSettings,
  FRAME_TYPES,
  FrameReader,
  PREFACE,
} from './frames.ts';
import { encodeFields, HpackDecoder } from './hpack.ts';

const VALUES = ['plain', 'x'.repeat(300), '~!@#$%^&*()_+{}|:"<>?', 'AZaz09', '/a/b?c=d', 'plain'];

t.test('the decoder reads what node:http2 encodes, request after request', async (t) => {
  const decoder = new HpackDecoder();
  const blocks: string[][] = [];
  const server = createServer((socket) => {
    const reader = new FrameReader();
    let skipped = 0;
    socket.on('data', (chunk: Buffer) => {
      const start = Math.min(chunk.length, PREFACE.length - skipped);
      skipped += start;
      for (const frame of reader.push(chunk.subarray(start))) {
        if (frame.type !== FRAME_TYPES.HEADERS) continue;
        blocks.push(decoder.decode(contentOf(frame)));
      }
      if (blocks.length === VALUES.length) socket.destroy();
    });
    socket.write(encodeSettings([]));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  for (const value of VALUES) {
    session.request({ ':path': '/', 'x-a': value, cookie: 'a=b' }).on('error', () => undefined);
  }
  await once(session, 'close');
  server.close();
  t.same(
    blocks,
    VALUES.map((value) => [
      ':method: GET',
      `:authority: 127.0.0.1:${port}`,
      ':scheme: http',
      ':path: /',
      `x-a: ${value}`,
      'cookie: a=b',
    ]).map((lines, at) => sameOrder(lines, blocks[at])),
  );
});

t.test('node:http2 reads what the encoder writes', async (t) => {
  const server = createHttp2Server();
  const seen = once(server, 'stream');
  server.on('stream', (stream: ServerHttp2Stream) =>
    stream.respond({ ':status': 204 }, { endStream: true }),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const fields = [
    ':method: GET',
    ':scheme: http',
    ':path: /x',
    ':authority: a',
    `x-a: ${'y'.repeat(200)}`,
  ];
  const socket = connect(port, '127.0.0.1');
  socket.write(
    Buffer.concat([
      Buffer.from(PREFACE),
      encodeSettings([]),
      encodeFrame(FRAME_TYPES.HEADERS, 5, 1, encodeFields(fields)),
    ]),
  );
  const [, headers] = await seen;
  t.match(headers, { ':path': '/x', ':authority': 'a', 'x-a': 'y'.repeat(200) });
  socket.destroy();
  server.close();
});

/** node:http2 may write pseudo-headers in any order. */
function sameOrder(lines: readonly string[], seen: readonly string[] = []): string[] {
  return [...lines].sort((a, b) => seen.indexOf(a) - seen.indexOf(b));
}
