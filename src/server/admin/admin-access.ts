import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import type { Address } from '#network/address.ts';
import { type DownstreamInfo, StreamInfo } from '#stream-info/stream-info.ts';

/** What writes the admin server's accesses; `AccessLog` is one. */
export interface AdminAccessLog {
  log(context: FormatterContext): void;
}

/** A request to the admin server while it is answered. */
export interface OpenAccess {
  /** Body bytes of the response so far; the answering side adds to it. */
  bytesSent: number;
}

let lastConnectionId = 0;
const connectionIds = new WeakMap<Socket, number>();

/** Writes a request to all logs when its response was sent or the client has gone. */
export function observeAccess(
  request: IncomingMessage,
  response: ServerResponse,
  logs: readonly AdminAccessLog[],
): OpenAccess {
  const access: OpenAccess = { bytesSent: 0 };
  if (logs.length === 0) return access;
  const info = new StreamInfo(downstreamOf(request.socket), performance.now(), Date.now());
  response.once('close', () => {
    info.protocol = request.httpVersion === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1';
    info.endMs = performance.now();
    info.responseCode = response.statusCode;
    info.bytesReceived = Number(request.headers['content-length'] ?? 0);
    info.bytesSent = access.bytesSent;
    const context: FormatterContext = {
      requestHeaders: requestHeadersOf(request),
      responseHeaders: responseHeadersOf(response),
      responseTrailers: undefined,
      streamInfo: info,
      localReplyBody: '',
      accessLogType: 'DownstreamEnd',
    };
    for (const log of logs) log.log(context);
  });
  return access;
}

function downstreamOf(socket: Socket): DownstreamInfo {
  let connectionId = connectionIds.get(socket);
  if (connectionId === undefined) {
    connectionId = lastConnectionId++;
    connectionIds.set(socket, connectionId);
  }
  const localAddress = addressOf(socket.localAddress, socket.localPort);
  const remoteAddress = addressOf(socket.remoteAddress, socket.remotePort);
  return {
    connectionId,
    localAddress,
    remoteAddress,
    directRemoteAddress: remoteAddress,
    directLocalAddress: localAddress,
    requestedServerName: undefined,
    tls: undefined,
  };
}

/** Sockets of a path have no host. */
function addressOf(host: string | undefined, port: number | undefined): Address {
  return host === undefined ? { kind: 'pipe', path: '' } : { kind: 'ip', host, port: port ?? 0 };
}

function requestHeadersOf(request: IncomingMessage): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = request.method ?? '';
  headers.path = request.url ?? '';
  headers.scheme = 'http';
  headers.authority = request.headers.host ?? '';
  const { rawHeaders } = request;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    if (name !== 'host') headers.append(name, rawHeaders[index + 1] as string);
  }
  return headers;
}

function responseHeadersOf(response: ServerResponse): ResponseHeaders {
  const headers = new ResponseHeaders();
  headers.status = response.statusCode;
  for (const [name, value] of Object.entries(response.getHeaders())) {
    headers.append(name, String(value));
  }
  return headers;
}
