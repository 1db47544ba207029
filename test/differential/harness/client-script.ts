import { inPieces, type Step, send } from './step.ts';

/** What a scripted client does on one connection, in order. */
export type ClientStep =
  | Step
  /** Waits until so many more final (not 1xx) responses are complete. */
  | { readonly do: 'receive'; readonly responses: number }
  /** Waits until the text has arrived after what an earlier step of this kind found. */
  | { readonly do: 'receiveText'; readonly text: string }
  /** Waits until the proxy closes. */
  | { readonly do: 'receiveClose' };

/** One connection of a client. */
export interface ClientScript {
  readonly steps: readonly ClientStep[];
  /** The address to connect from, of 127.0.0.0/8. */
  readonly from?: string;
}

/** A connection that does the given steps. */
export function connection(...steps: readonly ClientStep[]): ClientScript {
  return { steps };
}

/** The same connection from another address of 127.0.0.0/8. */
export function from(address: string, script: ClientScript): ClientScript {
  return { ...script, from: address };
}

export function receive(responses = 1): ClientStep {
  return { do: 'receive', responses };
}

export function receiveText(text: string): ClientStep {
  return { do: 'receiveText', text };
}

export const receiveClose: ClientStep = { do: 'receiveClose' };

/** Sends exact bytes, with a pause between the pieces, and waits for one response. */
export function raw(...pieces: readonly string[]): ClientScript {
  return connection(...inPieces(pieces), receive());
}

/** The bytes of a request: `host: example.test` unless a host is given, content-length for a body. */
export function requestBytes(
  method: string,
  path: string,
  headers: readonly string[] = [],
  body?: string,
): string {
  const hasHost = headers.some((line) => /^host:/i.test(line));
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(hasHost ? [] : ['host: example.test']),
    ...headers,
    ...(body === undefined ? [] : [`content-length: ${body.length}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

export function request(
  method: string,
  path: string,
  headers: readonly string[] = [],
  body?: string,
): ClientScript {
  return raw(requestBytes(method, path, headers, body));
}

export function get(path: string, ...headers: readonly string[]): ClientScript {
  return request('GET', path, headers);
}

export function post(path: string, body: string, ...headers: readonly string[]): ClientScript {
  return request('POST', path, headers, body);
}

/** Several requests on one connection, each after the response to the one before. */
export function keepAlive(...requests: readonly string[]): ClientScript {
  return connection(...requests.flatMap((bytes) => [send(bytes), receive()]));
}
