import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Test } from 'tap';

/** A message of the test service: how much is asked for, and as much as was asked for. */
export interface Payload {
  readonly size?: number;
  readonly body?: string;
  /** How long the server lets a unary call wait. */
  readonly sleepMs?: number;
  /** What the server is to end the call with. */
  readonly status?: { readonly code: number; readonly message: string };
}

const serialize = (message: Payload): Buffer => Buffer.from(JSON.stringify(message));
const deserialize = (bytes: Buffer): Payload => JSON.parse(bytes.toString()) as Payload;

function method(name: string, requestStream: boolean, responseStream: boolean) {
  return {
    path: `/proa.interop.TestService/${name}`,
    requestStream,
    responseStream,
    requestSerialize: serialize,
    requestDeserialize: deserialize,
    responseSerialize: serialize,
    responseDeserialize: deserialize,
  };
}

/** The calls of gRPC's own interop tests, with messages in JSON, so that no protocol compiler is needed. */
export const testService = {
  emptyCall: method('EmptyCall', false, false),
  unaryCall: method('UnaryCall', false, false),
  streamingInputCall: method('StreamingInputCall', true, false),
  streamingOutputCall: method('StreamingOutputCall', false, true),
  fullDuplexCall: method('FullDuplexCall', true, true),
  unimplementedCall: method('UnimplementedCall', false, false),
} satisfies ServiceDefinition;

/** A service that no server has. */
export const unknownService = {
  unknownCall: {
    ...method('UnknownCall', false, false),
    path: '/proa.interop.Nothing/UnknownCall',
  },
} satisfies ServiceDefinition;

const ECHO_INITIAL = 'x-grpc-test-echo-initial';
const ECHO_TRAILING = 'x-grpc-test-echo-trailing-bin';

function echoMetadata(call: {
  metadata: Metadata;
  sendMetadata(fields: Metadata): void;
}): Metadata {
  const [initial, trailing] = [new Metadata(), new Metadata()];
  for (const value of call.metadata.get(ECHO_INITIAL)) initial.add(ECHO_INITIAL, value);
  for (const value of call.metadata.get(ECHO_TRAILING)) trailing.add(ECHO_TRAILING, value);
  call.sendMetadata(initial);
  return trailing;
}

function asked({ size = 0 }: Payload): Payload {
  return { body: 'x'.repeat(size) };
}

const implementation: UntypedServiceImplementation = {
  emptyCall: (_: ServerUnaryCall<Payload, Payload>, done: sendUnaryData<Payload>) => done(null, {}),
  unaryCall: (call: ServerUnaryCall<Payload, Payload>, done: sendUnaryData<Payload>) => {
    const { request } = call;
    if (request.sleepMs !== undefined) {
      setTimeout(() => done(null, {}), request.sleepMs).unref();
      return;
    }
    const trailing = echoMetadata(call);
    if (request.status === undefined) done(null, asked(request), trailing);
    else done({ code: request.status.code, details: request.status.message, metadata: trailing });
  },
  streamingInputCall: (
    call: ServerReadableStream<Payload, Payload>,
    done: sendUnaryData<Payload>,
  ) => {
    let size = 0;
    call.on('data', (message: Payload) => {
      size += message.body?.length ?? 0;
    });
    call.on('end', () => done(null, { size }));
  },
  streamingOutputCall: (call: ServerWritableStream<Payload, Payload>) => {
    for (const size of SIZES) call.write(asked({ size }));
    call.end();
  },
  fullDuplexCall: (call: ServerDuplexStream<Payload, Payload>) => {
    const trailing = echoMetadata(call);
    call.on('data', (message: Payload) => {
      if (message.status === undefined) {
        if (message.size !== undefined) call.write(asked(message));
        return;
      }
      const { code, message: details } = message.status;
      call.emit('error', { code, details, metadata: trailing });
    });
    call.on('error', () => undefined);
    call.on('end', () => call.end(trailing));
  },
};

/** The sizes of gRPC's own interop tests. */
export const SIZES: readonly number[] = [31_415, 9, 2_653, 58_979];

/** A server of the test service without TLS. */
export async function startGrpcServer(t: Test): Promise<{ readonly port: number }> {
  const server = new Server({ 'grpc.max_receive_message_length': 8 << 20 });
  const { unimplementedCall: _, ...implemented } = testService;
  server.addService(implemented, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  t.teardown(() => server.forceShutdown());
  return { port };
}
