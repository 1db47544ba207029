import { SeededRandom } from '#base/random.ts';
import type { RequestEncoder, ResponseDecoder, StreamResetReason } from '#http/codec.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import type { ConnectFailure } from '#network/connect-failure.ts';
import type { ConnectCallbacks, ConnectOptions } from '#network/connecting.ts';
import type { KeepAlive } from '#network/transport.ts';
import type { UpstreamConnectionInfo } from '#stream-info/stream-info.ts';
import type { Cluster } from '#upstream/cluster.ts';
import type { Host } from '#upstream/host.ts';
import type { ConnectionPool } from '#upstream/pool/connection-pool.ts';
import { HostPools } from '#upstream/pool/host-pools.ts';
import type {
  PendingStream,
  PoolCallbacks,
  PoolFailureReason,
  UpstreamProtocol,
} from '#upstream/pool/pool-callbacks.ts';
import { ScriptedTransport } from '../../network/scripted-transport.ts';
import { TestTime } from '../../tools/test-time.ts';
import { assignment, endpoint, type Json, settle, TestProcess } from '../harness.ts';
import { speechOf, type UpstreamSpeech } from './upstream-speech.ts';

/** A connection that the pool makes, with the test at its other end. */
export class MadeConnection {
  readonly transport = new ScriptedTransport();
  readonly options: ConnectOptions;
  /** What the pool asked for with `setKeepAlive`. */
  keepAlive: KeepAlive | undefined = undefined;
  readonly #callbacks: ConnectCallbacks;
  readonly #speech: UpstreamSpeech;
  readonly #time: TestTime;

  constructor(
    options: ConnectOptions,
    callbacks: ConnectCallbacks,
    speech: UpstreamSpeech,
    time: TestTime,
  ) {
    this.options = options;
    this.#callbacks = callbacks;
    this.#speech = speech;
    this.#time = time;
    this.transport.setKeepAlive = (keepAlive: KeepAlive) => {
      this.keepAlive = keepAlive;
    };
  }

  get isOpen(): boolean {
    return this.transport.state === 'open';
  }

  /** The upstream accepts; `settings`, or that there are none yet, matter to HTTP/2 alone. */
  accept(settings: readonly (readonly [number, number])[] | 'none' = []): this {
    this.#callbacks.onConnected();
    const hello = settings === 'none' ? '' : this.#speech.hello(settings);
    if (hello !== '') this.transport.feed(hello);
    return this.settle();
  }

  /** The connect fails, and the transport goes. */
  fail(failure: ConnectFailure = { stage: 'delayed', systemError: 'ECONNREFUSED' }): this {
    this.#callbacks.onConnectFailed(failure);
    return this.gone();
  }

  feed(bytes: string): this {
    this.transport.feed(bytes);
    return this.settle();
  }

  /** The nth stream of the connection, counted from 0, is answered. */
  answer(stream = 0): this {
    return this.feed(this.#speech.answer(stream));
  }

  /** The upstream closes. */
  end(): this {
    this.transport.feedEnd();
    return this.gone();
  }

  /** What the pool destroyed is gone; also what the network breaks. */
  gone(systemError?: string): this {
    this.transport.destroy();
    this.transport.close(systemError);
    return this.settle();
  }

  /** What the pool has closed is reported as closed. */
  settle(): this {
    this.#time.settle();
    if (this.transport.state === 'destroyed') this.transport.close();
    this.#time.settle();
    return this;
  }

  /** What was sent since the last call. */
  takeSent(): string {
    this.#time.settle();
    return this.transport.takeSent();
  }
}

/** A request of the test: writes down what it hears. */
export class TestStream implements ResponseDecoder, PoolCallbacks {
  readonly events: string[] = [];
  encoder: RequestEncoder | undefined = undefined;
  connection: UpstreamConnectionInfo | undefined = undefined;
  pending: PendingStream | undefined = undefined;
  /** The request has a body, which is not sent yet. */
  readonly hasBody: boolean;

  constructor(hasBody = false) {
    this.hasBody = hasBody;
  }

  onPoolReady(
    encoder: RequestEncoder,
    connection: UpstreamConnectionInfo,
    protocol: UpstreamProtocol,
  ): void {
    this.events.push(`ready ${protocol}`);
    this.encoder = encoder;
    this.connection = connection;
    const headers = new RequestHeaders();
    Object.assign(headers, {
      method: this.hasBody ? 'POST' : 'GET',
      path: '/',
      scheme: 'http',
      authority: 'host.test',
    });
    encoder.encodeHeaders(headers, !this.hasBody);
  }

  onPoolFailure(reason: PoolFailureReason, transportFailureReason: string): void {
    this.events.push(`failure ${reason} ${transportFailureReason}`.trimEnd());
  }

  decode1xxHeaders(headers: ResponseHeaders): void {
    this.events.push(`interim ${headers.status}`);
  }

  decodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.events.push(`${headers.status}${endStream ? ' end' : ''}`);
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    this.events.push(`data ${bytes.length}${endStream ? ' end' : ''}`);
  }

  decodeTrailers(_trailers: HeaderMap): void {
    this.events.push('trailers');
  }

  onResetStream(reason: StreamResetReason): void {
    this.events.push(`reset ${reason}`);
  }

  onAboveWriteBufferHighWatermark(): void {}
  onBelowWriteBufferLowWatermark(): void {}
}

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** Fields of a cluster in which tests vary. */
export interface PoolOptions {
  readonly cluster?: Json;
  /** `common_http_protocol_options`. */
  readonly common?: Json;
  /** `http2_protocol_options`. */
  readonly http2?: Json;
}

/** The pools of one host, without a network. */
export class PoolHarness {
  readonly time = new TestTime();
  readonly process = new TestProcess();
  readonly made: MadeConnection[] = [];
  readonly pools: HostPools;
  readonly cluster: Cluster;
  readonly host: Host;
  readonly protocol: UpstreamProtocol;
  readonly speech: UpstreamSpeech;

  constructor(protocol: UpstreamProtocol, options: PoolOptions = {}) {
    this.protocol = protocol;
    this.speech = speechOf(protocol);
    const { cluster, common, http2 } = options;
    this.process.add({
      name: 'c',
      connect_timeout: '1s',
      ...assignment(endpoint('10.0.0.1:80')),
      ...cluster,
      typed_extension_protocol_options: {
        [HTTP_OPTIONS]: {
          '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
          ...(common === undefined ? {} : { common_http_protocol_options: common }),
          explicit_http_config:
            protocol === 'HTTP/2'
              ? { http2_protocol_options: http2 ?? {} }
              : { http_protocol_options: {} },
        },
      },
    });
    this.cluster = this.process.worker.cluster();
    this.host = this.cluster.hosts[0] as Host;
    const { turn, clock, wheel } = this.time;
    this.pools = new HostPools({
      turn,
      clock,
      timers: wheel,
      random: new SeededRandom(1),
      connect: (connectOptions, callbacks) => {
        const made = new MadeConnection(connectOptions, callbacks, this.speech, this.time);
        this.made.push(made);
        return made.transport;
      },
    });
  }

  pool(priority: 'default' | 'high' = 'default'): ConnectionPool {
    return this.pools.get(this.cluster, this.host, priority, this.protocol);
  }

  /** Asks the pool for a stream. */
  start(stream = new TestStream(), pool = this.pool()): TestStream {
    stream.pending = pool.newStream(stream, stream);
    this.time.settle();
    return stream;
  }

  /** So many requests. */
  startMany(count: number): TestStream[] {
    return Array.from({ length: count }, () => this.start());
  }

  connection(index = 0): MadeConnection {
    const made = this.made[index];
    if (made === undefined) throw new Error(`connection ${index} was not made`);
    return made;
  }

  get openConnections(): number {
    return this.made.filter((one) => one.isOpen).length;
  }

  /** Statistics of the cluster that are not 0; `names` without the cluster's name. */
  stats(...names: readonly string[]): Record<string, number> {
    const found = names.map((name) => [name, this.process.stat(`cluster.c.${name}`) ?? 0] as const);
    return Object.fromEntries(found.filter(([, value]) => value !== 0));
  }

  /** What must be 0 once nothing is under way; what is not. */
  get leftOver(): Record<string, number> {
    const gauges = [
      'upstream_cx_active',
      'upstream_rq_active',
      'upstream_rq_pending_active',
      'http2.streams_active',
      'http2.outbound_frames_active',
      'http2.outbound_control_frames_active',
      'http2.pending_send_bytes',
    ];
    const { connections, pendingRequests, requests } = this.cluster.resources('default');
    const held = {
      connections: connections.count,
      pendingRequests: pendingRequests.count,
      requests: requests.count,
    };
    return {
      ...this.stats(...gauges),
      ...Object.fromEntries(Object.entries(held).filter(([, count]) => count !== 0)),
    };
  }

  /** Lets announcements of statistics arrive. */
  async announced(): Promise<void> {
    await settle();
  }
}
