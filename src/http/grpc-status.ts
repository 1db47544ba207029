import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

const GRPC_CONTENT_TYPE = 'application/grpc';
const GRPC_WITH_ENCODING = 'application/grpc+';
const OK = '0';
const GRPC_STATUS = HeaderName['grpc-status'];
const CONTENT_TYPE = HeaderName['content-type'];
const UNKNOWN = 2;

/** What a gRPC client is told for an HTTP status (gRPC's `http-grpc-status-mapping.md`). */
const STATUS_BY_HTTP_CODE: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};

/** Whether the content type is that of a gRPC call, with or without the encoding of its messages. */
export function isGrpcRequest(headers: RequestHeaders): boolean {
  return headers.path !== '' && hasGrpcContentType(headers);
}

/** Whether a response is one of gRPC: messages will follow, or it consists of its status. */
export function isGrpcResponse(headers: ResponseHeaders, endStream: boolean): boolean {
  if (endStream) return headers.hasKnown(GRPC_STATUS);
  return headers.status === 200 && hasGrpcContentType(headers);
}

/** `application/grpc-web` and the like are something else. */
function hasGrpcContentType(headers: HeaderMap): boolean {
  const type = headers.getKnown(CONTENT_TYPE);
  return type === GRPC_CONTENT_TYPE || type?.startsWith(GRPC_WITH_ENCODING) === true;
}

/**
 * The status of a finished call: of the trailers, else of the headers (a response without a body),
 * else the one that stands for the HTTP status. -1 is a status that is no number; absent without
 * any of them.
 */
export function grpcStatusOf(
  headers: ResponseHeaders | undefined,
  trailers: HeaderMap | undefined,
  responseCode: number,
): number | undefined {
  const text = trailers?.getKnown(GRPC_STATUS) || headers?.getKnown(GRPC_STATUS);
  if (text !== undefined && text !== '') return /^\d{1,15}$/.test(text) ? Number(text) : -1;
  return responseCode === 0 ? undefined : grpcStatusOfHttp(responseCode);
}

export function grpcStatusOfHttp(responseCode: number): number {
  return STATUS_BY_HTTP_CODE[responseCode] ?? UNKNOWN;
}

/** What gRPC's statuses stand for in HTTP, by number; any other one is 500. */
const HTTP_CODE_BY_STATUS: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];

/** Whether a status blames the server, as a 5xx would; so does a malformed one. */
export function isGrpcServerError(status: string): boolean {
  if (status === OK) return false;
  const code = /^\d{1,2}$/.test(status) ? HTTP_CODE_BY_STATUS[Number(status)] : undefined;
  return code === undefined || code >= 500;
}
