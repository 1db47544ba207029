import type { MetadataByNamespace } from '#base/metadata.ts';
import type { Address } from '#network/address.ts';
import { type BytesMeter, settledBytes, summedBytes } from '#stream-info/bytes-meter.ts';
import type { FilterStateObject } from '#stream-info/filter-state.ts';

/** As %PROTOCOL% prints it. */
export type Protocol = 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';

/** What is known of a downstream connection, for routing, logs and forwarding headers. */
export interface DownstreamInfo {
  /** Counts up for each connection of a worker; unique in the process together with the worker. */
  readonly connectionId: number;
  /** The address the client connected to, after listener filters. */
  readonly localAddress: Address;
  /** The client: the socket's peer, or what trusted headers say (see `StreamInfo.remoteAddress`). */
  readonly remoteAddress: Address;
  readonly directRemoteAddress: Address;
  readonly directLocalAddress: Address;
  readonly requestedServerName: string | undefined;
  readonly tls: DownstreamTlsInfo | undefined;
  /** As configured, or its address where it has no name (%LISTENER_NAME%). */
  readonly listenerName?: string;
  /** Empty where the chain has no name, or none took the connection. */
  readonly filterChainName?: string;
  readonly listenerMetadata?: MetadataByNamespace;
  readonly filterChainMetadata?: MetadataByNamespace;
}

/** What TLS told of the client. */
export interface DownstreamTlsInfo {
  readonly version: string;
  readonly peerCertificatePresented: boolean;
  readonly peerCertificateValidated: boolean;
}

/** What a stream remembers of the upstream host that served (or failed to serve) it. */
export interface UpstreamInfo {
  /** `host:port` as Envoy logs %UPSTREAM_HOST%. */
  readonly hostAddress: string;
  readonly hostname: string;
  readonly clusterName: string;
  /** The cluster's `alt_stat_name` or name, as %UPSTREAM_CLUSTER% prints it. */
  readonly clusterStatName: string;
  /** Of the host (%UPSTREAM_METADATA%). */
  readonly metadata?: MetadataByNamespace;
}

/** The cluster of the route that was taken, whether or not a host of it was chosen. */
export interface UpstreamClusterInfo {
  readonly name: string;
  /** The `alt_stat_name`, or the name, as %UPSTREAM_CLUSTER% prints it. */
  readonly statName: string;
  readonly metadata: MetadataByNamespace | undefined;
}

/** The connection that a request went out on; shared by all its requests. */
export interface UpstreamConnectionInfo {
  readonly connectionId: number;
  readonly localAddress: Address | undefined;
  /** Monotonic times at which connecting began and ended. */
  readonly connectStartMs: number;
  readonly connectEndMs: number;
}

/** What logs ask of a route. */
export interface RouteInfo {
  readonly metadata: MetadataByNamespace;
  readonly virtualHost: { readonly metadata: MetadataByNamespace };
}

/** Not reached yet. */
export const NEVER = 0;

/**
 * Everything about one stream that logs, formatters and statistics ask for. Times are milliseconds
 * of the worker's monotonic clock; `NEVER` (0) is "did not happen".
 */
export class StreamInfo {
  readonly downstream: DownstreamInfo;
  protocol: Protocol | undefined = undefined;
  /** Monotonic time at which the first byte of the request was read. */
  readonly startTimeMs: number;
  /** The same moment as milliseconds since 1970. */
  readonly startWallMs: number;
  lastDownstreamRxByteMs = NEVER;
  firstUpstreamTxByteMs = NEVER;
  lastUpstreamTxByteMs = NEVER;
  firstUpstreamRxByteMs = NEVER;
  lastUpstreamRxByteMs = NEVER;
  firstDownstreamTxByteMs = NEVER;
  lastDownstreamTxByteMs = NEVER;
  endMs = NEVER;
  /** 0 until a response code is known; stays 0 when the client leaves first. */
  responseCode = 0;
  responseCodeDetails = '';
  connectionTerminationDetails = '';
  responseFlags = 0;
  /** Body bytes, without framing (Envoy's %BYTES_RECEIVED% and %BYTES_SENT%). */
  bytesReceived = 0;
  bytesSent = 0;
  /** Bytes on the wire between client and proxy; the codec of the stream counts them. */
  downstreamBytes: BytesMeter | undefined = undefined;
  /** Bytes on the wire between proxy and upstream, of all attempts together. */
  upstreamBytes: BytesMeter | undefined = undefined;
  /** Microseconds from the first byte of the request to the end of its head; -1 before that. */
  requestHeadUs = -1;
  /** Microseconds from the upstream's first byte to the first one of its body; -1 before that. */
  responseHeadUs = -1;
  attemptCount = 0;
  /** Whole milliseconds that the last attempt waited for a connection; -1 where it did not get so far. */
  poolReadyMs = -1;
  routeName = '';
  virtualClusterName = '';
  route: RouteInfo | undefined = undefined;
  /** Set as soon as the route's cluster was found. */
  upstreamCluster: UpstreamClusterInfo | undefined = undefined;
  /** Set as soon as a host was chosen. */
  upstream: UpstreamInfo | undefined = undefined;
  /** Where `upstreamConnection` is not known. */
  upstreamLocalAddress: Address | undefined = undefined;
  upstreamConnection: UpstreamConnectionInfo | undefined = undefined;
  upstreamTransportFailureReason = '';
  upstreamProtocol: Protocol | undefined = undefined;
  /** The client's address after `use_remote_address`, trusted hops and the like. */
  remoteAddress: Address;
  requestId = '';
  /** The scheme that the upstream is told is that of its connection (`match_upstream`). */
  schemeMatchesUpstream = false;
  /** Filter metadata by namespace; created by the first writer. */
  dynamicMetadata: Record<string, Record<string, unknown>> | undefined = undefined;
  /** What filters keep with the stream, by key; created by the first writer. */
  filterState: Map<string, FilterStateObject> | undefined = undefined;

  constructor(downstream: DownstreamInfo, startTimeMs: number, startWallMs: number) {
    this.downstream = downstream;
    this.startTimeMs = startTimeMs;
    this.startWallMs = startWallMs;
    this.remoteAddress = downstream.remoteAddress;
  }

  setFilterState(key: string, state: FilterStateObject): void {
    this.filterState ??= new Map();
    this.filterState.set(key, state);
  }

  setResponseFlag(flag: number): void {
    this.responseFlags |= flag;
  }

  /** An attempt goes out on a connection, whose codec counts from now on. */
  beginUpstreamBytes(meter: BytesMeter): void {
    const before = this.upstreamBytes;
    this.upstreamBytes = before === undefined ? meter : summedBytes(before, meter);
  }

  /** The codec goes on to another stream while this one is not over yet. */
  settleUpstreamBytes(): void {
    if (this.upstreamBytes !== undefined) this.upstreamBytes = settledBytes(this.upstreamBytes);
  }

  hasResponseFlag(flag: number): boolean {
    return (this.responseFlags & flag) !== 0;
  }

  /** The head of the request is read. */
  noteRequestHead(nowMs: number): void {
    this.requestHeadUs = microseconds(nowMs - this.startTimeMs);
  }

  /** The upstream sent the first byte of its body. */
  noteUpstreamBody(nowMs: number): void {
    this.responseHeadUs = microseconds(nowMs - this.firstUpstreamRxByteMs);
  }
}

/** About 18 minutes: what is longer counts as that. Small whole numbers take no memory of their own. */
const MICROSECONDS_MAX = 2 ** 30 - 1;

function microseconds(ms: number): number {
  return Math.min(ms * 1000, MICROSECONDS_MAX) | 0;
}
