import type { HttpMessage } from './http-message.ts';

/** Everything that one scenario made visible, volatile parts replaced; plain JSON. */
export interface Observation {
  /** Set, and all else empty, where the proxy did not start with this configuration. */
  readonly refused?: true;
  /** Set where the proxy's process ended during the scenario. */
  readonly crashed?: true;
  /** Set where the scenario could not be played, with the reason. */
  readonly failed?: string;
  /** What the client received, connection by connection. */
  readonly client: readonly (ClientObservation | Http2Observation)[];
  /** What each upstream saw, connection by connection. */
  readonly upstream: Readonly<Record<string, readonly (UpstreamObservation | Http2Observation)[]>>;
  /** The lines of the harness's access log. */
  readonly log: readonly LogEntry[];
  /** The lines of the scenario's own access logs, file by file. */
  readonly logs?: readonly (readonly string[])[];
  readonly admin?: readonly AdminObservation[];
  /** Counters that moved and gauges that are not zero at the end. */
  readonly stats: ObservedStats;
}

/** By scope (`cluster.backend`) and name (`upstream_rq_total`). */
export type ObservedStats = Readonly<Record<string, Readonly<Record<string, number>>>>;

export const NOTHING_SEEN = { client: [], upstream: {}, log: [], stats: {} } as const;

export interface GroupRun {
  readonly observations: ReadonlyMap<string, Observation>;
  /** What the proxy wrote where it refused a configuration or ended early, by the scenario's name. */
  readonly outputs: ReadonlyMap<string, string>;
}

export interface ObservedMessage {
  readonly head: readonly string[];
  readonly body?: string;
  readonly trailers?: readonly string[];
  readonly incomplete?: true;
}

export interface ClientObservation {
  readonly responses: readonly ObservedMessage[];
  /** Tunnel content, or bytes that are no response. */
  readonly rest?: string;
  /** What the proxy has done to the connection by the time the script ends. */
  readonly end: 'open' | 'closed';
  /** A step that waited in vain. */
  readonly timedOut?: string;
}

export interface UpstreamObservation {
  readonly requests: readonly ObservedMessage[];
  readonly rest?: string;
  readonly end: 'open' | 'closed by the proxy' | 'closed by the upstream';
}

/** What arrived on one HTTP/2 connection, at a client or at an upstream. */
export interface Http2Observation {
  readonly streams: readonly Http2StreamObservation[];
  /** Code and last stream of each GOAWAY. */
  readonly goaways?: readonly string[];
  /** Only where the scenario asks for them. */
  readonly settings?: readonly string[];
  readonly connectionWindow?: number;
  /** Bytes that are no HTTP/2. */
  readonly rest?: string;
  readonly end: ClientObservation['end'] | UpstreamObservation['end'];
  readonly timedOut?: string;
}

export interface Http2StreamObservation {
  readonly stream: number;
  readonly informational?: readonly (readonly string[])[];
  readonly head?: readonly string[];
  readonly body?: string;
  readonly trailers?: readonly string[];
  /** The code of the reset that ended the stream. */
  readonly reset?: string;
  readonly incomplete?: true;
}

export interface AdminObservation {
  readonly head: readonly string[];
  readonly body: readonly string[];
}

export type LogEntry = Readonly<Record<string, string | number | null>>;

/** The longest text that is shown as it is; a longer one by its beginning, length and checksum. */
const SHOWN_BYTES = 200;

export function observedMessage(message: HttpMessage): ObservedMessage {
  return {
    head: message.head.map((line) => shownBytes(Buffer.from(line, 'latin1'))),
    ...(message.body.length > 0 ? { body: shownBytes(message.body) } : {}),
    ...(message.trailers.length > 0 ? { trailers: message.trailers } : {}),
    ...(message.complete ? {} : { incomplete: true }),
  };
}

export function shownBytes(bytes: Buffer): string {
  if (bytes.length <= SHOWN_BYTES) return bytes.toString('latin1');
  const sum = bytes.reduce((hash, byte) => (Math.imul(hash, 31) + byte) >>> 0, 0);
  const beginning = bytes.toString('latin1', 0, 40);
  return `${beginning}… (${bytes.length} bytes, checksum ${sum.toString(16)})`;
}
