import { type TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import {
  type DownstreamWatermarkCallbacks,
  type FilterDataStatus,
  type FilterHeadersStatus,
  type FilterTrailersStatus,
  StreamFilter,
  type StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import { directReply } from '#extensions/http-filters/router/direct-replies.ts';
import { prepareForUpstream } from '#extensions/http-filters/router/request-preparation.ts';
import { resetReply } from '#extensions/http-filters/router/reset-reply.ts';
import type { RouterEnvironment } from '#extensions/http-filters/router/router-environment.ts';
import { refuseMalformedHeader } from '#extensions/http-filters/router/strict-header-check.ts';
import { finalTimeouts } from '#extensions/http-filters/router/timeouts.ts';
import {
  chargesOf,
  type UpstreamCharges,
} from '#extensions/http-filters/router/upstream-charges.ts';
import { upstreamProtocolOf } from '#extensions/http-filters/router/upstream-protocol.ts';
import {
  UpstreamRequest,
  type UpstreamRequestOwner,
} from '#extensions/http-filters/router/upstream-request.ts';
import type { StreamResetReason } from '#http/codec.ts';
import { isGrpcRequest } from '#http/grpc-status.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { releaseResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import { recurringField } from '#http/recurring-fields.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { Route, RouteEntry } from '#routing/route.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import type { Cluster } from '#upstream/cluster.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';

const SERVICE_TIME = HeaderName['x-envoy-upstream-service-time'];

const { field } = connectionManagerStats;
const { field: clusterField } = clusterStats;

/** The request has not been read to its end. */
const NOT_YET = 0;

/**
 * The last filter: sends the request to a host of the route's cluster and brings the answer back.
 * The request's way is `decodeHeaders`, then `#forward`; the answer's begins at `onUpstreamHeaders`.
 */
export class RouterFilter
  extends StreamFilter
  implements UpstreamRequestOwner, DownstreamWatermarkCallbacks, TimerOwner
{
  readonly #environment: RouterEnvironment;
  #route: Route | undefined = undefined;
  #headers: RequestHeaders | undefined = undefined;
  #cluster: Cluster | undefined = undefined;
  #charges: UpstreamCharges | undefined = undefined;
  #upstream: UpstreamRequest | undefined = undefined;
  #timeoutStatus = 504;
  #responseTimeoutMs = 0;
  #responseTimer: WheelTimer | undefined = undefined;
  #requestCompleteMs = NOT_YET;
  #isResponseStarted = false;

  constructor(callbacks: StreamFilterCallbacks, environment: RouterEnvironment) {
    super(callbacks);
    this.#environment = environment;
  }

  override decodeHeaders(headers: RequestHeaders, endStream: boolean): FilterHeadersStatus {
    const { stats, config } = this.#environment;
    const { callbacks } = this;
    stats.inc(field.rq_total);
    this.#headers = headers;
    const { route } = callbacks;
    if (route === undefined) {
      stats.inc(field.no_route);
      callbacks.streamInfo.setResponseFlag(ResponseFlag.noRouteFound);
      callbacks.sendLocalReply({ status: 404, body: '', details: 'route_not_found' });
      return 'stopIteration';
    }
    this.#route = route;
    const { action } = route;
    if (action.kind === 'route') {
      this.#forward(route, action, headers, endStream);
    } else if (action.kind === 'non_forwarding_action') {
      this.#replyWithoutCluster(503);
    } else {
      const keepsOriginalPath = !config.suppressEnvoyHeaders;
      callbacks.sendLocalReply(
        directReply(route, action, headers, callbacks, stats, keepsOriginalPath),
      );
    }
    return 'stopIteration';
  }

  override decodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    if (endStream) this.#onRequestComplete();
    this.#upstream?.encodeData(bytes, endStream);
    return 'stopIterationNoBuffer';
  }

  override decodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    this.#onRequestComplete();
    this.#upstream?.encodeTrailers(trailers);
    return 'stopIteration';
  }

  override onDestroy(): void {
    this.#dropUpstream();
  }

  #forward(route: Route, entry: RouteEntry, headers: RequestHeaders, endStream: boolean): void {
    const { callbacks } = this;
    const { config } = this.#environment;
    const { services, streamInfo } = callbacks;
    const cluster = services.clusters.get(entry.clusterName);
    if (cluster === undefined) return this.#replyWithoutCluster(entry.clusterNotFoundResponseCode);
    this.#cluster = cluster;
    if (config.strictCheckHeaders.length > 0 && this.#refuseMalformed(headers)) return;
    const isGrpc = isGrpcRequest(headers);
    this.#charges = chargesOf(this.#environment, cluster, route, headers, isGrpc, streamInfo);
    const host = cluster.loadBalancer.chooseHost();
    if (host === undefined) return this.#replyWithoutHost(cluster);
    const timeouts = finalTimeouts(entry, headers, config, isGrpc, cluster.config);
    const { globalMs, perTryMs, maxStreamDurationMs } = timeouts;
    this.#responseTimeoutMs = globalMs;
    this.#timeoutStatus = timeouts.status;
    prepareForUpstream(headers, route, entry, host, streamInfo, config);
    const protocol = upstreamProtocolOf(cluster, entry, headers, streamInfo);
    const pool = this.#environment.poolFor(cluster, host, entry.priority, protocol);
    streamInfo.upstream = pool.info;
    callbacks.addDownstreamWatermarkCallbacks(this);
    const isLimited = perTryMs > 0 || maxStreamDurationMs > 0;
    const limits = isLimited ? { perTryMs, maxStreamDurationMs } : undefined;
    this.#upstream = new UpstreamRequest(this, callbacks, pool, limits);
    if (endStream) this.#onRequestComplete();
    this.#upstream.start(headers, endStream);
  }

  /** The response timeout counts from here (Envoy's `RouteAction.timeout`). */
  #onRequestComplete(): void {
    const { services } = this.callbacks;
    this.#requestCompleteMs = services.clock.nowMs;
    if (this.#responseTimeoutMs === 0 || this.#upstream === undefined) return;
    this.#responseTimer = new WheelTimer(this);
    services.timers.start(this.#responseTimer, this.#responseTimeoutMs);
  }

  #dropUpstream(): void {
    if (this.#responseTimer !== undefined) {
      this.callbacks.services.timers.cancel(this.#responseTimer);
    }
    this.#upstream?.abandon();
    this.#upstream = undefined;
  }

  // Requests that never reach a host.

  #replyWithoutCluster(status: number): void {
    const { streamInfo } = this.callbacks;
    this.#environment.stats.inc(field.no_cluster);
    streamInfo.setResponseFlag(ResponseFlag.noClusterFound);
    this.#reply(status, '', 'cluster_not_found');
  }

  #replyWithoutHost(cluster: Cluster): void {
    cluster.stats.inc(clusterField.upstream_cx_none_healthy);
    this.callbacks.streamInfo.setResponseFlag(ResponseFlag.noHealthyUpstream);
    this.#charges?.failure(503, undefined);
    this.#reply(503, 'no healthy upstream', 'no_healthy_upstream');
  }

  #refuseMalformed(headers: RequestHeaders): boolean {
    const reply = refuseMalformedHeader(headers, this.#environment.config.strictCheckHeaders);
    if (reply === undefined) return false;
    this.callbacks.streamInfo.setResponseFlag(ResponseFlag.invalidEnvoyRequestHeaders);
    this.callbacks.sendLocalReply(reply);
    return true;
  }

  #reply(status: number, body: string, details: string, isOverloaded = false): void {
    const attempts = this.#route?.virtualHost.includeAttemptCountInResponse
      ? String(this.callbacks.streamInfo.attemptCount)
      : '';
    this.callbacks.sendLocalReply({
      status,
      body,
      details,
      modifyHeaders: (headers) => {
        if (isOverloaded && !this.#environment.config.suppressEnvoyHeaders) {
          headers.set('x-envoy-overloaded', 'true');
        }
        if (attempts !== '') headers.set('x-envoy-attempt-count', attempts);
      },
    });
  }

  // What the upstream says.

  onUpstream1xxHeaders(headers: ResponseHeaders): void {
    // As in Envoy, the first one is counted as a response of its own, and what fails after it
    // fails after the response has started.
    if (!this.#isResponseStarted) this.#charges?.interimResponse(headers.status);
    this.#isResponseStarted = true;
    this.callbacks.encode1xxHeaders(headers);
  }

  /** As in Envoy, such an answer is given without its body, since no tunnel comes after it. */
  onUpstreamDeclined(headers: ResponseHeaders): void {
    const { status } = headers;
    headers.removeKnown(HeaderName['content-length']);
    this.#dropUpstream();
    this.callbacks.sendLocalReply({
      status,
      body: '',
      details: 'websocket_handshake_unsuccessful',
      modifyHeaders: (reply) => reply.appendFrom(headers),
    });
    releaseResponseHeaders(headers);
  }

  onUpstreamHeaders(headers: ResponseHeaders, endStream: boolean): void {
    const { streamInfo, services } = this.callbacks;
    const route = this.#route as Route;
    this.#isResponseStarted = true;
    streamInfo.responseCode = headers.status;
    streamInfo.responseCodeDetails = 'via_upstream';
    this.#charges?.response(headers, endStream, (this.#upstream as UpstreamRequest).host);
    const completeMs = this.#requestCompleteMs;
    if (completeMs !== NOT_YET && !this.#environment.config.suppressEnvoyHeaders) {
      const serviceTimeMs = Math.trunc(services.clock.nowMs - completeMs);
      headers.setField(recurringField(SERVICE_TIME, String(serviceTimeMs)));
    }
    route.finalizeResponseHeaders(headers, streamInfo, this.#headers);
    if (route.virtualHost.includeAttemptCountInResponse) {
      headers.set('x-envoy-attempt-count', String(streamInfo.attemptCount));
    }
    if (endStream) this.#onResponseComplete(undefined);
    this.callbacks.encodeHeaders(headers, endStream, 'via_upstream');
  }

  onUpstreamData(bytes: Buffer, endStream: boolean): void {
    if (endStream) this.#onResponseComplete(undefined);
    this.callbacks.encodeData(bytes, endStream);
  }

  onUpstreamTrailers(trailers: HeaderMap): void {
    this.#onResponseComplete(trailers);
    this.callbacks.encodeTrailers(trailers);
  }

  #onResponseComplete(trailers: HeaderMap | undefined): void {
    this.#charges?.responseEnded(trailers, (this.#upstream as UpstreamRequest).host);
    const { timers, clock } = this.callbacks.services;
    if (this.#responseTimer !== undefined) timers.cancel(this.#responseTimer);
    if (this.#requestCompleteMs === NOT_YET) return;
    const { host } = this.#upstream as UpstreamRequest;
    this.#charges?.responseTime(clock.nowMs - this.#requestCompleteMs, host);
  }

  onUpstreamReset(reason: StreamResetReason, transportFailureReason: string): void {
    const { streamInfo } = this.callbacks;
    streamInfo.upstreamTransportFailureReason = transportFailureReason;
    const reply = resetReply(reason, transportFailureReason, this.#isResponseStarted);
    streamInfo.setResponseFlag(reply.flag);
    this.#chargeFailure(reply.status);
    this.#upstream = undefined;
    this.#dropUpstream();
    this.#reply(reply.status, reply.body, reply.details, reason === 'overflow');
  }

  // Timeouts. Once the response has begun, a reply only breaks it off.

  onTimer(): void {
    const { host, isAwaitingHeaders } = this.#upstream as UpstreamRequest;
    this.#charges?.timeout(host);
    if (isAwaitingHeaders) this.#chargeFailure(this.#timeoutStatus);
    this.#replyTimeout('response_timeout');
  }

  onPerTryTimeout(): void {
    const { host, isAwaitingHeaders } = this.#upstream as UpstreamRequest;
    this.#charges?.perTryTimeout(host);
    if (isAwaitingHeaders) this.#chargeFailure(this.#timeoutStatus);
    this.#replyTimeout('upstream_per_try_timeout');
  }

  onUpstreamMaxStreamDuration(): void {
    const { streamInfo } = this.callbacks;
    this.#cluster?.stats.inc(clusterField.upstream_rq_max_duration_reached);
    streamInfo.setResponseFlag(ResponseFlag.upstreamMaxStreamDurationReached);
    this.#dropUpstream();
    this.#reply(
      this.#requestCompleteMs === NOT_YET ? 408 : 504,
      'upstream max stream duration reached',
      'upstream_max_stream_duration_reached',
    );
  }

  #replyTimeout(details: string): void {
    this.callbacks.streamInfo.setResponseFlag(ResponseFlag.upstreamRequestTimeout);
    this.#dropUpstream();
    const body = this.#timeoutStatus === 504 ? 'upstream request timeout' : '';
    this.#reply(this.#timeoutStatus, body, details);
  }

  #chargeFailure(status: number): void {
    const host = this.#upstream?.host;
    if (!this.#isResponseStarted) this.#charges?.failure(status, host);
    else if (host !== undefined && this.#charges?.responseBroken(host)) {
      this.#environment.stats.inc(field.rq_reset_after_downstream_response_started);
    }
  }

  // Flow control: the upstream is slower than the client, or the other way round.

  onUpstreamAboveWriteBufferHighWatermark(): void {
    this.callbacks.onDecoderFilterAboveWriteBufferHighWatermark();
  }

  onUpstreamBelowWriteBufferLowWatermark(): void {
    this.callbacks.onDecoderFilterBelowWriteBufferLowWatermark();
  }

  onAboveWriteBufferHighWatermark(): void {
    this.#upstream?.readDisable(true);
  }

  onBelowWriteBufferLowWatermark(): void {
    this.#upstream?.readDisable(false);
  }
}
