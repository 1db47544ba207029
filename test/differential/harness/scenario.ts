import type { ClientScript } from './client-script.ts';
import type { Http2ClientScript, Http2UpstreamScript } from './http2-script.ts';
import type { Reply } from './upstream-script.ts';

/** A piece of Envoy configuration as JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/**
 * One case of the table: a proxy configuration, what a client does to it and what the upstreams answer.
 *
 * Every scenario gets a listener, clusters and stat prefixes of its own, so that a whole group can share one
 * process. To keep names apart, the text `{{id}}` is replaced everywhere (configuration, client bytes, upstream
 * bytes) by an id of fixed length, `{{port:NAME}}` by the port of the fake upstream NAME and, in client bytes
 * alone, `{{listener}}` by the port of the scenario's listener. Observations have the placeholders taken out again.
 */
export interface Scenario {
  /** What the proxy is expected to do, as a sentence; unique within the group. */
  readonly name: string;
  /** What the client does: connections, one after the other. */
  readonly client: readonly (ClientScript | Http2ClientScript)[];
  /** What the upstream `backend` answers; by default 200 with the body `ok`. */
  readonly upstream?: UpstreamScript;
  /** Further fake upstreams by name, each with a cluster of that name. */
  readonly upstreams?: Readonly<Record<string, UpstreamScript>>;
  /** Routes of the only virtual host, whose domain is `*`; by default one that sends all to `backend`. */
  readonly routes?: readonly JsonObject[];
  /** Fields merged into that only virtual host. */
  readonly virtualHost?: JsonObject;
  /** Virtual hosts instead of {@link routes}. */
  readonly virtualHosts?: readonly JsonObject[];
  /** Fields merged into the RouteConfiguration. */
  readonly routeConfig?: JsonObject;
  /** Fields merged into the HttpConnectionManager. */
  readonly manager?: JsonObject;
  /** Fields merged into the Listener. */
  readonly listener?: JsonObject;
  /** Fields merged into the bootstrap; only where nothing is played, since else groups share one. */
  readonly bootstrap?: JsonObject;
  /** Fields merged into the clusters, by the name of the upstream; a new name adds a cluster. */
  readonly clusters?: Readonly<Record<string, JsonObject>>;
  /** Access logs besides the one that the harness adds: text files whose lines are compared. */
  readonly logs?: readonly AccessLogFile[];
  /** Requests to the admin address after the client is done. */
  readonly admin?: readonly AdminRequest[];
  /**
   * Runs with nothing else in flight, after the others of its group, and compares the counters of the whole
   * server that moved as well (`http1.*`, `runtime.*`).
   */
  readonly alone?: boolean;
  /** Observes the SETTINGS that the proxy sends on HTTP/2 connections, and the window it opens with. */
  readonly showsHttp2Settings?: true;
  /** Stats (without placeholders) that depend on time and are left out of the comparison. */
  readonly volatileStats?: readonly RegExp[];
  /** Texts of the observation that depend on time, and what to put in their place. */
  readonly volatileText?: readonly (readonly [RegExp, string])[];
}

/** What a fake upstream does: HTTP/1.1 by exact bytes, or HTTP/2. */
export type UpstreamScript = Reply | readonly Reply[] | Http2UpstreamScript;

export interface AccessLogFile {
  /** A `log_format`, or nothing for Envoy's default format. */
  readonly format?: JsonObject;
  /** An `AccessLogFilter`. */
  readonly filter?: JsonObject;
}

export interface AdminRequest {
  readonly method: string;
  readonly path: string;
  /**
   * What of the body is compared: `text` all of it, `words` all of it with every number replaced, `values` the
   * leaves of a JSON document whatever their order, `keys` their paths and types alone, `nothing` only status
   * and headers.
   */
  readonly compare: 'text' | 'words' | 'values' | 'keys' | 'nothing';
  /** Lines of the body to keep; by default all. */
  readonly lines?: RegExp;
}

/** Scenarios that share one proxy process, one test file and one file of recorded answers. */
export interface Group {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** Fields merged into the bootstrap. */
  readonly bootstrap?: JsonObject;
  /** Nothing is played: the proxy only says, scenario by scenario, whether it accepts the configuration. */
  readonly validateOnly?: true;
  /** Command-line arguments besides the harness's own. */
  readonly commandLine?: readonly string[];
}
