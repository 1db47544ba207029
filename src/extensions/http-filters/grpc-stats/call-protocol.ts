import { isGrpcRequest } from '#http/grpc-status.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';

/**
 * In which way a request calls a method: gRPC, or the Connect protocol with one message each way
 * or with streams of them. Nothing: it is no such call.
 */
export type CallProtocol = 'grpc' | 'connectUnary' | 'connectStreaming';

export function callProtocolOf(headers: RequestHeaders): CallProtocol | undefined {
  if (isGrpcRequest(headers)) return 'grpc';
  if (headers.path === '') return undefined;
  const type = headers.getKnown(HeaderName['content-type']);
  if (type?.startsWith('application/connect+')) return 'connectStreaming';
  return headers.has('connect-protocol-version') ? 'connectUnary' : undefined;
}
