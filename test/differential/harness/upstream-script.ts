import { inPieces, type Step } from './step.ts';

/** What a scripted upstream does in answer to a request, in order. */
export type UpstreamStep =
  | Step
  /** Waits until the request is complete. */
  | { readonly do: 'receiveRequest' }
  /** From here on every byte that arrives is tunnel content: recorded and sent back. */
  | { readonly do: 'echo' };

/** What an upstream does to one request; the last reply of a list serves all further requests. */
export interface Reply {
  /** Whether the steps begin when the connection is accepted, the head is read or the request is complete. */
  readonly after: 'connection' | 'head' | 'request';
  readonly steps: readonly UpstreamStep[];
}

export const receiveRequest: UpstreamStep = { do: 'receiveRequest' };
export const echo: UpstreamStep = { do: 'echo' };

/** Takes the request and never answers. */
export const hang: Reply = { after: 'request', steps: [] };

/** Does the given steps as soon as the proxy connects, before any request. */
export function onConnection(...steps: readonly UpstreamStep[]): Reply {
  return { after: 'connection', steps };
}

/** Does the given steps once the head of the request is there. */
export function onHead(...steps: readonly UpstreamStep[]): Reply {
  return { after: 'head', steps };
}

/** Does the given steps once the request is complete. */
export function onRequest(...steps: readonly UpstreamStep[]): Reply {
  return { after: 'request', steps };
}

/** Sends exact bytes once the request is complete, with a pause between the pieces, and keeps the connection. */
export function respond(...pieces: readonly string[]): Reply {
  return onRequest(...inPieces(pieces));
}

/** Sends exact bytes once the request is complete and closes. */
export function respondAndClose(...pieces: readonly string[]): Reply {
  return onRequest(...inPieces(pieces), { do: 'close' });
}

/** A response with the given status, headers and content-length. */
export function reply(status: number, body: string, ...headers: readonly string[]): Reply {
  return respond(responseBytes(status, body, ...headers));
}

export function responseBytes(status: number, body: string, ...headers: readonly string[]): string {
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Unknown'}`,
    `content-length: ${body.length}`,
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  302: 'Found',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
