import type { RequestEncoder, ResponseDecoder } from '#http/codec.ts';
import type { Protocol, UpstreamConnectionInfo } from '#stream-info/stream-info.ts';

/** What is spoken on a connection to a host; `TCP` is what a tunnel holds, whatever that is. */
export type UpstreamProtocol = Exclude<Protocol, 'HTTP/1.0'> | 'TCP';

/** Why no stream could be had (Envoy's PoolFailureReason). */
export type PoolFailureReason =
  | 'overflow'
  | 'localConnectionFailure'
  | 'remoteConnectionFailure'
  | 'timeout';

/** What hears how the wish for a stream ends. */
export interface PoolCallbacks {
  onPoolReady(
    encoder: RequestEncoder,
    connection: UpstreamConnectionInfo,
    protocol: UpstreamProtocol,
  ): void;
  onPoolFailure(reason: PoolFailureReason, transportFailureReason: string): void;
}

/** A request that waits for a connection. */
export interface PendingStream {
  readonly decoder: ResponseDecoder;
  readonly callbacks: PoolCallbacks;
}
