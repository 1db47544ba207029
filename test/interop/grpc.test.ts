import { once } from 'node:events';
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  compressionAlgorithms,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import { until } from '../tools/proa-process.ts';
import {
  type Payload,
  SIZES,
  startGrpcServer,
  testService,
  unknownService,
} from './grpc-service.ts';
import { findProgram, startNginx, unlessFound } from './programs.ts';
import { startProxyUnderTest } from './proxy-under-test.ts';

type Done = (error: ServiceError | null, response?: Payload) => void;

/** What a client of the test service can call. */
interface TestClient {
  close(): void;
  unknownCall(request: Payload, done: Done): ClientUnaryCall;
  emptyCall(request: Payload, done: Done): ClientUnaryCall;
  unimplementedCall(request: Payload, done: Done): ClientUnaryCall;
  unaryCall(request: Payload, metadata: Metadata, done: Done): ClientUnaryCall;
  streamingInputCall(done: Done): ClientWritableStream<Payload>;
  streamingOutputCall(request: Payload): ClientReadableStream<Payload>;
  fullDuplexCall(
    metadata?: Metadata,
    options?: { deadline: number },
  ): ClientDuplexStream<Payload, Payload>;
}

function clientOf(t: Test, port: number, options: Record<string, unknown> = {}): TestClient {
  const Client = makeGenericClientConstructor({ ...testService, ...unknownService }, 'TestService');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': 8 << 20,
    ...options,
  });
  t.teardown(() => client.close());
  return client as unknown as TestClient;
}

interface Outcome {
  readonly error: ServiceError | null;
  readonly response: Payload | undefined;
}

function outcome(call: (done: Done) => unknown): Promise<Outcome> {
  return new Promise((resolve) => {
    call((error, response) => resolve({ error, response }));
  });
}

/** How a stream of messages ended. */
function ended(call: ClientDuplexStream<Payload, Payload>): Promise<number> {
  call.on('error', () => undefined);
  return new Promise((resolve) => {
    call.once('status', ({ code }: { readonly code: number }) => resolve(code));
  });
}

t.test('the interop tests of gRPC', async (t) => {
  const server = await startGrpcServer(t);
  const proxy = await startProxyUnderTest(t, {
    upstreamPort: server.port,
    upstreamProtocol: 'http2',
  });
  const client = clientOf(t, proxy.port);

  await t.test('empty_unary', async (t) => {
    t.same(await outcome((done) => client.emptyCall({}, done)), { error: null, response: {} });
  });

  await t.test('large_unary', async (t) => {
    const request = { size: 314_159, body: 'x'.repeat(271_828) };
    const { response } = await outcome((done) => client.unaryCall(request, new Metadata(), done));
    t.equal(response?.body?.length, 314_159);
  });

  await t.test('client_streaming', async (t) => {
    const { response } = await outcome((done) => {
      const call = client.streamingInputCall(done);
      for (const size of [27_182, 8, 1_828, 45_904]) call.write({ body: 'x'.repeat(size) });
      call.end();
    });
    t.equal(response?.size, 74_922);
  });

  await t.test('server_streaming', async (t) => {
    const sizes: number[] = [];
    const call = client.streamingOutputCall({});
    call.on('data', (message: Payload) => sizes.push(message.body?.length ?? 0));
    await once(call, 'end');
    t.same(sizes, SIZES);
  });

  await t.test('ping_pong', async (t) => {
    const call = client.fullDuplexCall();
    const code = ended(call);
    for (const size of SIZES) {
      call.write({ size });
      const [message] = (await once(call, 'data')) as [Payload];
      t.equal(message.body?.length, size);
    }
    call.end();
    call.resume();
    t.equal(await code, status.OK);
  });

  await t.test('empty_stream', async (t) => {
    const call = client.fullDuplexCall();
    const code = ended(call);
    call.resume();
    call.end();
    t.equal(await code, status.OK);
  });

  await t.test('cancel_after_begin', async (t) => {
    const { error } = await outcome((done) => {
      const call = client.streamingInputCall(done);
      // Once the request has begun: what is cancelled before that never leaves the client.
      setTimeout(() => call.cancel(), 50);
    });
    t.equal(error?.code, status.CANCELLED);
  });

  await t.test('cancel_after_first_response', async (t) => {
    const call = client.fullDuplexCall();
    const code = ended(call);
    call.write({ size: 31_415 });
    await once(call, 'data');
    call.cancel();
    t.equal(await code, status.CANCELLED);
  });

  await t.test('timeout_on_sleeping_server', async (t) => {
    const call = client.fullDuplexCall(new Metadata(), { deadline: Date.now() + 100 });
    const code = ended(call);
    call.write({ body: 'x'.repeat(27_182) });
    t.equal(await code, status.DEADLINE_EXCEEDED);
  });

  await t.test('status_code_and_message', async (t) => {
    const wanted = { code: 2, message: 'test status message' };
    const { error } = await outcome((done) =>
      client.unaryCall({ status: wanted }, new Metadata(), done),
    );
    t.match(error, { code: 2, details: 'test status message' });
    const call = client.fullDuplexCall();
    const code = ended(call);
    call.write({ status: wanted });
    call.end();
    call.resume();
    t.equal(await code, 2);
  });

  await t.test('special_status_message', async (t) => {
    const message = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n';
    const { error } = await outcome((done) =>
      client.unaryCall({ status: { code: 2, message } }, new Metadata(), done),
    );
    t.match(error, { code: 2, details: message });
  });

  await t.test('unimplemented_method and unimplemented_service', async (t) => {
    const missing = await outcome((done) => client.unimplementedCall({}, done));
    t.equal(missing.error?.code, status.UNIMPLEMENTED);
    const unknown = await outcome((done) => client.unknownCall({}, done));
    t.equal(unknown.error?.code, status.UNIMPLEMENTED);
  });

  await t.test('custom_metadata', async (t) => {
    const metadata = new Metadata();
    metadata.set('x-grpc-test-echo-initial', 'test_initial_metadata_value');
    metadata.set('x-grpc-test-echo-trailing-bin', Buffer.from([0xab, 0xab, 0xab]));
    const seen = new Promise<readonly [Metadata, Metadata]>((resolve) => {
      const call = client.unaryCall({ size: 10 }, metadata, () => undefined);
      let initial = new Metadata();
      call.once('metadata', (fields: Metadata) => {
        initial = fields;
      });
      call.once('status', ({ metadata: trailing }) => resolve([initial, trailing]));
    });
    const [initial, trailing] = await seen;
    t.same(initial.get('x-grpc-test-echo-initial'), ['test_initial_metadata_value']);
    t.same(trailing.get('x-grpc-test-echo-trailing-bin'), [Buffer.from([0xab, 0xab, 0xab])]);
  });

  await t.test('compressed_unary', async (t) => {
    const compressing = clientOf(t, proxy.port, {
      'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
    });
    const request = { size: 100_000, body: 'y'.repeat(100_000) };
    const { response } = await outcome((done) =>
      compressing.unaryCall(request, new Metadata(), done),
    );
    t.equal(response?.body?.length, 100_000);
  });

  await t.test('many calls at once', async (t) => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, size) =>
        outcome((done) => client.unaryCall({ size }, new Metadata(), done)),
      ),
    );
    t.equal(answers.filter(({ response }, size) => response?.body?.length === size).length, 200);
  });

  await t.test('and nothing is left of them', async (t) => {
    for (const name of ['http.web.downstream_rq_active', 'cluster.upstream.upstream_rq_active']) {
      t.ok(await until(async () => (await proxy.stat(name)) === 0), name);
    }
  });
});

t.test('local replies reach gRPC clients as their status', async (t) => {
  const cases = [
    { upstreamPort: 1, action: {}, code: status.UNAVAILABLE },
    {
      upstreamPort: (await startGrpcServer(t)).port,
      action: { timeout: '0.1s' },
      code: status.UNAVAILABLE,
    },
  ];
  for (const { upstreamPort, action, code } of cases) {
    const proxy = await startProxyUnderTest(t, { upstreamPort, upstreamProtocol: 'http2', action });
    const client = clientOf(t, proxy.port);
    const { error } = await outcome((done) =>
      client.unaryCall({ sleepMs: 5_000 }, new Metadata(), done),
    );
    t.equal(error?.code, code, error?.message ?? 'answered');
  }
});

const nginx = findProgram('nginx');

t.test('with nginx in front', unlessFound(nginx), async (t) => {
  const server = await startGrpcServer(t);
  const proxy = await startProxyUnderTest(t, {
    upstreamPort: server.port,
    upstreamProtocol: 'http2',
  });
  const pass = `client_max_body_size 1m;
    location / { grpc_pass grpc://127.0.0.1:${proxy.port}; }`;
  const { port } = await startNginx(t, nginx as string, pass, '', ' http2');
  const client = clientOf(t, port);

  t.same(await outcome((done) => client.emptyCall({}, done)), { error: null, response: {} });

  const request = { size: 314_159, body: 'x'.repeat(271_828) };
  const large = await outcome((done) => client.unaryCall(request, new Metadata(), done));
  t.equal(large.response?.body?.length, 314_159);

  const sizes: number[] = [];
  const call = client.streamingOutputCall({});
  call.on('data', (message: Payload) => sizes.push(message.body?.length ?? 0));
  await once(call, 'end');
  t.same(sizes, SIZES);

  const refused = { status: { code: status.FAILED_PRECONDITION, message: 'not now' } };
  const { error } = await outcome((done) => client.unaryCall(refused, new Metadata(), done));
  t.match(error, { code: status.FAILED_PRECONDITION, details: 'not now' });
});
