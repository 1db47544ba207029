import { type TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import {
  type DownstreamWatermarkCallbacks,
  type FilterDataStatus,
  type FilterFactory,
  type FilterHeadersStatus,
  type FilterTrailersStatus,
  StreamFilter,
  type StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import { resetReply, resetText } from '#extensions/http-filters/router/reset-reply.ts';
import { type FinalTimeouts, finalTimeouts } from '#extensions/http-filters/router/timeouts.ts';
import {
  UpstreamRequest,
  type UpstreamRequestOwner,
} from '#extensions/http-filters/router/upstream-request.ts';
import type { StreamResetReason } from '#http/codec.ts';
import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import { releaseResponseHeaders } from '#http/header-pool.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RouterFilterConfig } from '#http/router-filter-config.ts';
import type { DirectResponseAction, RedirectAction, Route, RouteEntry } from '#routing/route.ts';
import type { StatBlock } from '#stats/stat-block.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import type { Cluster } from '#upstream/cluster.ts';
import { clusterStats, hostStats } from '#upstream/cluster-stats.ts';
import type { Host } from '#upstream/host.ts';
import type { Http1Pool } from '#upstream/pool/http1-pool.ts';

const { field } = connectionManagerStats;
const { field: clusterField } = clusterStats;
const { field: hostField } = hostStats;

/** What the routers of one filter chain have in common. */
export interface RouterEnvironment {
  readonly config: RouterFilterConfig;
  /** The connection manager's block: the router counts under the same prefix. */
  readonly stats: StatBlock;
  poolFor(cluster: Cluster, host: Host, priority: 'default' | 'high'): Http1Pool;
}

/** The last filter: sends the request to a host of the route's cluster and brings the answer back. */
export class RouterFilter
  extends StreamFilter
  implements UpstreamRequestOwner, DownstreamWatermarkCallbacks, TimerOwner
{
  readonly #environment: RouterEnvironment;
  #route: Route | undefined = undefined;
  #entry: RouteEntry | undefined = undefined;
  #cluster: Cluster | undefined = undefined;
  #upstream: UpstreamRequest | undefined = undefined;
  #headers: RequestHeaders | undefined = undefined;
  #timeouts: FinalTimeouts | undefined = undefined;
  #responseTimer: WheelTimer | undefined = undefined;
  #requestCompleteMs = 0;
  #isInternal = false;
  #isResponseStarted = false;
  #isDone = false;

  constructor(callbacks: StreamFilterCallbacks, environment: RouterEnvironment) {
    super(callbacks);
    this.#environment = environment;
  }

  override decodeHeaders(headers: RequestHeaders, endStream: boolean): FilterHeadersStatus {
    const { stats } = this.#environment;
    stats.inc(field.rq_total);
    this.#headers = headers;
    this.#isInternal = headers.hasKnown(HeaderName['x-envoy-internal']);
    const { route } = this.callbacks;
    if (route === undefined) {
      stats.inc(field.no_route);
      this.callbacks.streamInfo.setResponseFlag(ResponseFlag.noRouteFound);
      this.#reply(404, '', 'route_not_found');
      return 'stopIteration';
    }
    this.#route = route;
    const { action } = route;
    if (action.kind === 'route') this.#forward(route, action, headers, endStream);
    else if (action.kind === 'redirect') this.#redirect(route, action, headers);
    else if (action.kind === 'direct_response') this.#answerDirectly(route, action);
    else this.#reply(404, '', 'route_not_found');
    return 'stopIteration';
  }

  override decodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    this.#upstream?.encodeData(bytes, endStream);
    if (endStream) this.#onRequestComplete();
    return 'stopIterationNoBuffer';
  }

  override decodeTrailers(trailers: HeaderMap): FilterTrailersStatus {
    this.#upstream?.encodeTrailers(trailers);
    this.#onRequestComplete();
    return 'stopIteration';
  }

  override onDestroy(): void {
    this.#isDone = true;
    if (this.#responseTimer !== undefined)
      this.callbacks.services.timers.cancel(this.#responseTimer);
    this.#upstream?.abandon();
    this.#upstream = undefined;
  }

  #reply(status: number, body: string, details: string): void {
    this.#isDone = true;
    const route = this.#route;
    const entry = this.#entry;
    this.callbacks.sendLocalReply({
      status,
      body,
      details,
      modifyHeaders:
        entry === undefined
          ? undefined
          : (headers) => {
              route?.finalizeResponseHeaders(headers, this.callbacks.streamInfo, this.#headers);
            },
    });
  }

  #redirect(route: Route, action: RedirectAction, headers: RequestHeaders): void {
    const { stats, config } = this.#environment;
    stats.inc(field.rq_redirect);
    stats.inc(field.rq_direct_response);
    action.rewritePath(headers, !config.suppressEnvoyHeaders);
    const location = action.location(headers);
    this.callbacks.sendLocalReply({
      status: action.status,
      body: '',
      details: 'direct_response',
      modifyHeaders: (response) => {
        response.set('location', location);
        route.finalizeResponseHeaders(response, this.callbacks.streamInfo, headers);
      },
    });
  }

  #answerDirectly(route: Route, action: DirectResponseAction): void {
    this.#environment.stats.inc(field.rq_direct_response);
    this.callbacks.sendLocalReply({
      status: action.status,
      body: action.body,
      details: 'direct_response',
      modifyHeaders: (response) => {
        route.finalizeResponseHeaders(response, this.callbacks.streamInfo, this.#headers);
      },
    });
  }

  #forward(route: Route, entry: RouteEntry, headers: RequestHeaders, endStream: boolean): void {
    const { streamInfo, services } = this.callbacks;
    const { config, stats } = this.#environment;
    this.#entry = entry;
    const cluster = services.clusters.get(entry.clusterName);
    if (cluster === undefined) {
      stats.inc(field.no_cluster);
      streamInfo.setResponseFlag(ResponseFlag.noClusterFound);
      this.#reply(entry.clusterNotFoundResponseCode, '', 'cluster_not_found');
      return;
    }
    this.#cluster = cluster;
    const host = cluster.loadBalancer.chooseHost();
    if (host === undefined) {
      cluster.stats.inc(clusterField.upstream_cx_none_healthy);
      streamInfo.setResponseFlag(ResponseFlag.noHealthyUpstream);
      cluster.responseCodeStats.charge(503, this.#isInternal ? 'internal' : 'external');
      this.#reply(503, 'no healthy upstream', 'no_healthy_upstream');
      return;
    }
    this.#timeouts = finalTimeouts(entry, headers, config);
    streamInfo.attemptCount = 1;
    if (route.virtualHost.includeRequestAttemptCount) headers.set('x-envoy-attempt-count', '1');
    route.finalizeRequestHeaders(headers, streamInfo, !config.suppressEnvoyHeaders);
    this.#setHost(entry, headers, host);
    streamInfo.upstream = {
      hostAddress: host.addressText,
      hostname: host.hostname,
      clusterName: cluster.name,
      clusterStatName: cluster.config.observabilityName,
    };
    this.callbacks.addDownstreamWatermarkCallbacks(this);
    const pool = this.#environment.poolFor(cluster, host, entry.priority);
    this.#upstream = new UpstreamRequest(this, this.callbacks, pool);
    this.#upstream.start(headers, endStream);
    if (endStream) this.#onRequestComplete();
  }

  #setHost(entry: RouteEntry, headers: RequestHeaders, host: Host): void {
    if (!entry.autoHostRewrite || host.hostname === '') return;
    if (entry.appendXForwardedHost) {
      const before = headers.getJoined('x-forwarded-host');
      headers.set(
        'x-forwarded-host',
        before === undefined ? headers.authority : `${before},${headers.authority}`,
      );
    }
    headers.authority = host.hostname;
  }

  /** The response timeout counts from here (Envoy's `RouteAction.timeout`). */
  #onRequestComplete(): void {
    const { services } = this.callbacks;
    this.#requestCompleteMs = services.clock.nowMs;
    const timeoutMs = this.#timeouts?.globalMs ?? 0;
    if (timeoutMs === 0 || this.#isDone || this.#upstream === undefined) return;
    this.#responseTimer = new WheelTimer(this);
    services.timers.start(this.#responseTimer, timeoutMs);
  }

  onTimer(): void {
    const { streamInfo } = this.callbacks;
    const cluster = this.#cluster as Cluster;
    cluster.stats.inc(clusterField.upstream_rq_timeout);
    this.#upstream?.host.stats.inc(hostField.rq_timeout);
    this.#upstream?.host.stats.inc(hostField.rq_error);
    streamInfo.setResponseFlag(ResponseFlag.upstreamRequestTimeout);
    this.#dropUpstream();
    if (this.#isResponseStarted) {
      this.callbacks.resetStream('localReset', 'response_timeout');
      return;
    }
    const status = this.#timeouts?.alternateStatus ?? 504;
    cluster.responseCodeStats.charge(status, this.#isInternal ? 'internal' : 'external');
    this.#reply(status, status === 204 ? '' : 'upstream request timeout', 'response_timeout');
  }

  #dropUpstream(): void {
    this.#upstream?.abandon();
    this.#upstream = undefined;
  }

  // What the upstream says.

  onUpstream1xxHeaders(headers: ResponseHeaders): void {
    // As in Envoy, the first one is counted as a response of its own and makes it too late for a
    // local reply.
    if (!this.#isResponseStarted) this.#chargeResponse(headers.status);
    this.#isResponseStarted = true;
    this.callbacks.encode1xxHeaders(headers);
  }

  #chargeResponse(status: number): void {
    const cluster = this.#cluster as Cluster;
    cluster.stats.inc(clusterField.upstream_rq_completed);
    cluster.responseCodeStats.charge(status, this.#isInternal ? 'internal' : 'external');
  }

  onUpstreamHeaders(headers: ResponseHeaders, endStream: boolean): void {
    const { streamInfo, services } = this.callbacks;
    const route = this.#route as Route;
    this.#isResponseStarted = true;
    this.#chargeResponse(headers.status);
    const host = (this.#upstream as UpstreamRequest).host;
    host.stats.inc(headers.status >= 500 ? hostField.rq_error : hostField.rq_success);
    const isRequestComplete = this.#requestCompleteMs !== 0;
    if (isRequestComplete && !this.#environment.config.suppressEnvoyHeaders) {
      const ms = Math.max(0, Math.trunc(services.clock.nowMs - this.#requestCompleteMs));
      headers.set('x-envoy-upstream-service-time', String(ms));
    }
    route.finalizeResponseHeaders(headers, streamInfo, this.#headers);
    if (route.virtualHost.includeAttemptCountInResponse) {
      headers.set('x-envoy-attempt-count', String(streamInfo.attemptCount));
    }
    if (endStream) this.#onResponseComplete();
    this.callbacks.encodeHeaders(headers, endStream, 'via_upstream');
  }

  /** As in Envoy, such an answer is given without its body, since no tunnel comes after it. */
  onUpstreamDeclined(headers: ResponseHeaders): void {
    const { status } = headers;
    this.#dropUpstream();
    this.#isDone = true;
    this.callbacks.sendLocalReply({
      status,
      body: '',
      details: 'websocket_handshake_unsuccessful',
      modifyHeaders: (reply) => {
        headers.removeKnown(HeaderName['content-length']);
        reply.appendFrom(headers);
      },
    });
    releaseResponseHeaders(headers);
  }

  onUpstreamData(bytes: Buffer, endStream: boolean): void {
    if (endStream) this.#onResponseComplete();
    this.callbacks.encodeData(bytes, endStream);
  }

  onUpstreamTrailers(trailers: HeaderMap): void {
    this.#onResponseComplete();
    this.callbacks.encodeTrailers(trailers);
  }

  onUpstreamReset(reason: StreamResetReason, transportFailureReason: string): void {
    if (this.#isDone) return;
    const { streamInfo } = this.callbacks;
    const { host } = this.#upstream as UpstreamRequest;
    this.#upstream = undefined;
    host.stats.inc(hostField.rq_error);
    streamInfo.upstreamTransportFailureReason = transportFailureReason;
    const reply = resetReply(reason, transportFailureReason);
    streamInfo.setResponseFlag(reply.flag);
    if (this.#isResponseStarted) {
      // Whoever has seen nothing but interim responses can still be told.
      const details = `upstream_reset_after_response_started{${resetText(reason).replaceAll(' ', '_')}}`;
      this.#reply(reply.status, reply.body, details);
      return;
    }
    this.#chargeResponse(reply.status);
    this.#reply(reply.status, reply.body, reply.details);
  }

  #onResponseComplete(): void {
    if (this.#responseTimer !== undefined)
      this.callbacks.services.timers.cancel(this.#responseTimer);
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

/** Makes the routers of one filter chain. */
export function createRouterFactory(name: string, environment: RouterEnvironment): FilterFactory {
  return {
    name,
    isDisabled: false,
    create: (callbacks) => new RouterFilter(callbacks, environment),
  };
}
