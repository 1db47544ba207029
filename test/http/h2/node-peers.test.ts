import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { KINDS, type TransportKind } from '../../network/transport-pair.ts';
import { BodyCheck, bodyBytes } from '../../soak/body.ts';
import { trailersOf } from '../h1/server-harness.ts';
import { ClientPeer, closed } from './client-peer.ts';
import { EchoServer } from './echo-server.ts';

interface NodeAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bodyLength: number;
  readonly wrongAt: number | undefined;
  readonly trailers: Readonly<Record<string, unknown>> | undefined;
  readonly resetCode: number;
}

/** One request of Node’s client. */
async function ask(
  session: http2.ClientHttp2Session,
  fields: http2.OutgoingHttpHeaders,
  body?: Buffer,
  trailers?: http2.OutgoingHttpHeaders,
): Promise<NodeAnswer> {
  const stream = session.request(fields, {
    endStream: body === undefined,
    waitForTrailers: trailers !== undefined,
  });
  let headers: Readonly<Record<string, unknown>> = {};
  let received: Readonly<Record<string, unknown>> | undefined;
  const check = new BodyCheck(1);
  stream.on('response', (head) => {
    headers = { ...head };
  });
  stream.on('trailers', (tail) => {
    received = { ...tail };
  });
  stream.on('data', (chunk: Buffer) => check.add(chunk));
  stream.on('error', () => {});
  stream.on('wantTrailers', () => stream.sendTrailers(trailers ?? {}));
  if (body !== undefined) stream.end(body);
  await once(stream, 'close');
  return {
    status: headers[':status'] as number | undefined,
    headers,
    bodyLength: check.length,
    wrongAt: check.firstWrong,
    trailers: received,
    resetCode: stream.rstCode,
  };
}

async function withEcho(
  kind: TransportKind,
  use: (session: http2.ClientHttp2Session, server: EchoServer) => Promise<void>,
  settings: http2.Settings = {},
): Promise<void> {
  const server = new EchoServer();
  const port = await server.listen(kind);
  const session = http2.connect(`http://127.0.0.1:${port}`, { settings, maxSessionMemory: 500 });
  await use(session, server);
  session.destroy();
  await server.close();
}

for (const kind of KINDS) {
  t.test(`Node’s client is served over a ${kind}`, async (t) => {
    t.test('small and large bodies come back whole, alone and all at once', async (t) => {
      await withEcho(kind, async (session) => {
        const sizes = [0, 1, 100, 16_383, 16_384, 16_385, 65_535, 65_536, 1_000_000, 5_000_000];
        const bodies = sizes.map((size) => bodyBytes(1, 0, size));
        for (const body of bodies) {
          const { bodyLength, wrongAt } = await ask(session, { ':method': 'POST' }, body);
          t.same([bodyLength, wrongAt], [body.length, undefined]);
        }
        const answers = await Promise.all(
          [...bodies, ...bodies].map((body) => ask(session, { ':method': 'POST' }, body)),
        );
        t.same(
          answers.map(({ bodyLength }) => bodyLength),
          [...sizes, ...sizes],
        );
        t.ok(answers.every(({ wrongAt }) => wrongAt === undefined));
      });
    });

    t.test('windows of every size are kept to', async (t) => {
      for (const initialWindowSize of [0, 1, 1000, 65_535, 1_000_000]) {
        await withEcho(
          kind,
          async (session) => {
            await once(session, 'localSettings');
            if (initialWindowSize === 0) session.settings({ initialWindowSize: 10_000 });
            const size = initialWindowSize === 1 ? 200 : 300_000;
            const body = bodyBytes(1, 0, size);
            const { bodyLength, wrongAt } = await ask(session, { ':method': 'POST' }, body);
            t.same([bodyLength, wrongAt], [size, undefined], `${initialWindowSize} bytes`);
          },
          { initialWindowSize },
        );
      }
    });

    t.test('trailers pass', async (t) => {
      await withEcho(kind, async (session) => {
        const { trailers, bodyLength } = await ask(
          session,
          { ':method': 'POST' },
          Buffer.from('body'),
          { 'x-check': '1' },
        );
        t.equal(bodyLength, 4);
        t.equal(trailers?.['x-check'], '1');
      });
    });

    t.test('an early answer arrives although the request is not finished', async (t) => {
      await withEcho(kind, async (session) => {
        const stream = session.request({ ':method': 'POST', 'x-answer': '100000' });
        stream.on('error', () => {});
        stream.write('the beginning');
        let length = 0;
        stream.on('data', (chunk: Buffer) => {
          length += chunk.length;
        });
        await once(stream, 'close');
        t.equal(length, 100_000);
        t.equal(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
      });
    });

    t.test('a client that goes away in the middle leaves nothing behind', async (t) => {
      await withEcho(kind, async (session, server) => {
        const stream = session.request({ ':method': 'POST' });
        stream.on('error', () => {});
        stream.write(Buffer.alloc(100_000));
        await once(stream, 'response');
        stream.close(http2.constants.NGHTTP2_CANCEL);
        await once(stream, 'close');
        const again = await ask(session, { ':method': 'GET' });
        t.equal(again.status, 200);
        const [connection] = server.connections;
        t.same(connection?.resets, ['remoteReset: http2.remote_reset']);
        t.equal(connection?.codec.activeStreams, 0);
        session.destroy();
        while (server.connections.size > 0) await new Promise((resolve) => setImmediate(resolve));
        t.pass('the connection is gone');
      });
    });

    t.test('a client that does not read is waited for', async (t) => {
      await withEcho(kind, async (session) => {
        const slow = session.request({ 'x-answer': '4000000' });
        slow.on('error', () => {});
        await once(slow, 'response');
        const { bodyLength } = await ask(
          session,
          { ':method': 'POST' },
          bodyBytes(1, 0, 1_000_000),
        );
        t.equal(bodyLength, 1_000_000, 'others are served meanwhile');
        let length = 0;
        slow.on('data', (chunk: Buffer) => {
          length += chunk.length;
        });
        await once(slow, 'close');
        t.equal(length, 4_000_000);
      });
    });
  });
}

async function withNodeServer(
  t: Test,
  serve: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
  use: (client: ClientPeer, server: http2.Http2Server) => Promise<void>,
  settings: http2.Settings = {},
): Promise<void> {
  for (const kind of KINDS) {
    const server = http2.createServer({ settings, maxSessionMemory: 500 });
    server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
      stream.on('error', () => {});
      serve(stream, headers);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new ClientPeer((server.address() as AddressInfo).port, {}, kind);
    await client.ready();
    await use(client, server);
    await client.close();
    await closed(server);
    t.equal(client.codec.activeStreams, 0);
    t.same(client.errors, []);
  }
}

t.test('Node’s server sends back large bodies, many at a time', async (t) => {
  await withNodeServer(
    t,
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    },
    async (client) => {
      const sizes = [0, 1, 16_384, 100_000, 1_000_000, 3_000_000];
      const answers = await Promise.all(
        [...sizes, ...sizes].map((size) => client.post('/', bodyBytes(1, 0, size))),
      );
      t.same(
        answers.map(({ body }) => body.length),
        [...sizes, ...sizes],
      );
      for (const { body } of answers) {
        const check = new BodyCheck(1);
        check.add(body);
        t.equal(check.firstWrong, undefined);
      }
    },
  );
});

t.test('interim responses, trailers and repeated fields come from Node’s server', async (t) => {
  await withNodeServer(
    t,
    (stream, headers) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond(
        { ':status': 200, 'set-cookie': ['a=1', 'b=2'], 'x-path': headers[':path'] ?? '' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-check': '1' }));
      stream.resume();
      stream.end('body');
    },
    async (client) => {
      const { answer } = client.request({ ':method': 'POST', ':path': '/a?b' }, (encoder) => {
        encoder.encodeData(Buffer.from('x'), false);
        encoder.encodeTrailers(trailersOf(['x-sum', '1']));
      });
      const { status, interim, fields, body, trailers } = await answer;
      t.same([status, interim, body.toString()], [200, [103], 'body']);
      t.same(trailers, [['x-check', '1']]);
      t.same(
        fields.filter(([name]) => name !== 'date'),
        [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['x-path', '/a?b'],
        ],
      );
    },
  );
});

t.test('resets go to Node’s server and come from it', async (t) => {
  const codes: number[] = [];
  await withNodeServer(
    t,
    (stream, headers) => {
      stream.on('close', () => codes.push(stream.rstCode));
      if (headers[':path'] === '/refuse') {
        stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      } else {
        stream.respond({ ':status': 200 });
        stream.write('some');
      }
    },
    async (client) => {
      const refused = await client.get('/refuse');
      t.equal(refused.reset, 'remoteRefusedStreamReset: http2.remote_refuse');
      const { encoder, heard } = client.request({ ':path': '/' }, () => {}, true);
      while (heard.receivedBytes < 4) await new Promise((resolve) => setImmediate(resolve));
      encoder.resetStream('localReset');
      while (codes.length < 2) await new Promise((resolve) => setImmediate(resolve));
      t.same(codes.splice(0), [7, 8], 'REFUSED_STREAM and CANCEL');
    },
  );
});

t.test('GOAWAY of Node’s server is heard', async (t) => {
  await withNodeServer(
    t,
    (stream) => {
      stream.session?.goaway(0, 1);
      stream.respond({ ':status': 200 });
      stream.end('last');
    },
    async (client) => {
      const { body } = await client.get('/');
      t.equal(body.toString(), 'last');
      t.same(client.goAways, [[1, 0]]);
      t.notOk(client.codec.canTakeStream);
      const late = await client.get('/');
      t.match(late.reset, /^remoteRefusedStreamReset/);
    },
  );
});

t.test('a slow reader stops Node’s server, and others go on', async (t) => {
  await withNodeServer(
    t,
    (stream, headers) => {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(Number(headers['x-size'])));
    },
    async (client) => {
      const options = { ':path': '/', 'x-size': '40000000' };
      const { encoder, heard, answer } = client.request(options, () => {}, true);
      encoder.readDisable(true);
      const other = await client.get('/', { 'x-size': '30000000' });
      t.equal(other.body.length, 30_000_000);
      t.ok(heard.receivedBytes <= 65_535, `${heard.receivedBytes} bytes came`);
      encoder.readDisable(false);
      const { body } = await answer;
      t.equal(body.length, 40_000_000);
    },
  );
});

t.test('a body that Node’s server does not take waits', async (t) => {
  await withNodeServer(
    t,
    (stream) => {
      stream.respond({ ':status': 200 });
      setTimeout(() => stream.pipe(stream), 30);
    },
    async (client) => {
      const all = client.request({ ':method': 'POST', ':path': '/' }, (encoder) => {
        encoder.encodeData(bodyBytes(1, 0, 1_000_000), false);
      });
      t.equal(all.heard.highWatermarks, 1);
      all.encoder.encodeData(Buffer.alloc(0), true);
      const { body } = await all.answer;
      t.equal(body.length, 1_000_000);
    },
    { initialWindowSize: 1000 },
  );
});
