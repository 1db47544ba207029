import type { JsonValue } from '@bufbuild/protobuf';
import type {
  FilterCreator,
  FilterServices,
  LocalReply,
  StreamFilter,
  StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import { FilterIteration, type IterationEnd } from '#connection-manager/filter-iteration.ts';
import { DecodeStep, EncodeStep } from '#connection-manager/filter-steps.ts';
import { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';
import type { Route } from '#routing/route.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { WorkerStats } from '#stats/worker-stats.ts';
import type { Protocol, StreamInfo } from '#stream-info/stream-info.ts';
import { clusterStats } from '#upstream/cluster-stats.ts';
import { ClusterGrpcStats } from '#upstream/grpc-stats.ts';
import { requestOf, streamInfo, tableOfRoutes } from '../../tools/route-tools.ts';

type Fields = Readonly<Record<string, string>>;

/** What comes out behind the filter in one direction. */
export class Passed<Headers extends HeaderMap> implements IterationEnd<Headers> {
  headers: Headers | undefined = undefined;
  trailers: HeaderMap | undefined = undefined;
  readonly chunks: Buffer[] = [];
  isEnded = false;
  isOver = false;
  isTooLarge = false;
  bufferLimitBytes = 1_000_000;

  onHeaders(headers: Headers, endStream: boolean): void {
    this.headers = headers;
    this.isEnded = endStream;
  }

  onData(bytes: Buffer, endStream: boolean): void {
    if (this.headers === undefined || this.isEnded) throw new Error('data out of order');
    this.chunks.push(Buffer.from(bytes));
    this.isEnded = endStream;
  }

  onTrailers(trailers: HeaderMap): void {
    if (this.headers === undefined || this.isEnded) throw new Error('trailers out of order');
    this.trailers = trailers;
    this.isEnded = true;
  }

  afterCall(): void {}

  onBufferLimitExceeded(): void {
    this.isTooLarge = true;
    this.isOver = true;
  }

  onBufferDrained(): void {}

  get body(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }
}

export interface DriverOptions {
  readonly protocol?: Protocol;
  /** Default: one that sends everything to the cluster `backend`. */
  readonly routes?: JsonValue[];
  readonly perFilterConfigs?: readonly unknown[];
}

/** Takes one stream through one filter; all calls but those of bodies are made for the test. */
export class FilterDriver {
  readonly filter: StreamFilter;
  readonly request = new Passed<RequestHeaders>();
  readonly response = new Passed<ResponseHeaders>();
  readonly info: StreamInfo = streamInfo();
  localReply: LocalReply | undefined = undefined;
  isRouteCacheCleared = false;
  readonly #store = new StatsStore();
  readonly #decoding: FilterIteration<RequestHeaders>;
  readonly #encoding: FilterIteration<ResponseHeaders>;
  readonly #options: DriverOptions;
  #requestHeaders: RequestHeaders | undefined = undefined;
  #announceStats: () => void = () => {};

  constructor(create: FilterCreator, options: DriverOptions = {}) {
    this.#options = options;
    this.info.protocol = options.protocol ?? 'HTTP/1.1';
    this.filter = create(this.#callbacks(this.#services()));
    this.#decoding = new FilterIteration([new DecodeStep(this.filter)], this.request);
    this.#encoding = new FilterIteration([new EncodeStep(this.filter)], this.response);
  }

  /** A request, its body in the given pieces. */
  sendRequest(path: string, fields: Fields, body: readonly Buffer[], trailers?: Fields): void {
    const headers = requestOf({ method: 'POST', path, headers: Object.entries(fields) });
    this.#requestHeaders = headers;
    this.#decoding.startHeaders(headers, body.length === 0 && trailers === undefined);
    body.forEach((piece, index) => {
      const isLast = index === body.length - 1 && trailers === undefined;
      if (!this.request.isOver) this.#decoding.startData(Buffer.from(piece), isLast);
    });
    if (trailers === undefined || this.request.isOver) return;
    this.#decoding.startTrailers(mapOf(new HeaderMap(), trailers));
  }

  /** A response, its body in the given pieces. */
  sendResponse(status: number, fields: Fields, body: readonly Buffer[], trailers?: Fields): void {
    const headers = mapOf(new ResponseHeaders(), fields);
    headers.status = status;
    this.#encoding.startHeaders(headers, body.length === 0 && trailers === undefined);
    body.forEach((piece, index) => {
      const isLast = index === body.length - 1 && trailers === undefined;
      this.#encoding.startData(Buffer.from(piece), isLast);
    });
    if (trailers !== undefined) this.#encoding.startTrailers(mapOf(new HeaderMap(), trailers));
  }

  /** The counters of gRPC that moved, without the cluster's name before them. */
  get grpcCounters(): Record<string, number> {
    this.#announceStats();
    const moved = [...this.#store.snapshot().counters]
      .filter(([name, value]) => name.startsWith('cluster.backend.grpc') && value > 0)
      .map(([name, value]) => [name.slice('cluster.backend.'.length), value] as const);
    return Object.fromEntries(moved.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The sums of the histograms of gRPC, likewise. */
  get grpcTimes(): Record<string, number> {
    this.#announceStats();
    const recorded = [...this.#store.snapshot().histograms]
      .filter(([name]) => name.startsWith('cluster.backend.grpc'))
      .map(([name, counts]) => [name.slice('cluster.backend.'.length), counts.sum] as const);
    return Object.fromEntries(recorded);
  }

  #services(): FilterServices {
    const stats = new WorkerStats((made) => this.#store.acceptAnnouncement(0, made));
    const address = this.#store.allocate(clusterStats, 'cluster.backend.');
    stats.addSegments(this.#store.registerWorker(0).segments);
    this.#announceStats = () => stats.announceNow();
    const block = stats.block(clusterStats, address, 'cluster.backend.');
    const backend = { grpcStats: new ClusterGrpcStats(block) };
    const clusters = { get: (name: string) => (name === 'backend' ? backend : undefined) };
    return { clusters } as unknown as FilterServices;
  }

  #findRoute(): Route | undefined {
    const routes = this.#options.routes ?? [
      { match: { prefix: '/' }, route: { cluster: 'backend' } },
    ];
    const headers = this.#requestHeaders;
    return headers && tableOfRoutes(routes).match(headers, this.info, 0);
  }

  #callbacks(services: FilterServices): StreamFilterCallbacks {
    const { perFilterConfigs = [] } = this.#options;
    const decoding = (): FilterIteration<RequestHeaders> => this.#decoding;
    const encoding = (): FilterIteration<ResponseHeaders> => this.#encoding;
    const callbacks: Partial<StreamFilterCallbacks> = {
      services,
      streamInfo: this.info,
      perFilterConfig: perFilterConfigs.at(-1),
      perFilterConfigs,
      clearRouteCache: () => {
        this.isRouteCacheCleared = true;
      },
      sendLocalReply: (reply) => {
        this.localReply ??= reply;
        this.request.isOver = true;
      },
      setDecoderBufferLimit: (limitBytes) => {
        this.request.bufferLimitBytes = limitBytes;
      },
      injectDecodedData: (bytes, endStream) => decoding().injectData(0, bytes, endStream),
      replaceDecodedData: (bytes) => decoding().replaceData(0, bytes),
      replaceEncodedData: (bytes) => encoding().replaceData(0, bytes),
      addEncodedData: (bytes, isStreaming) => encoding().addData(0, bytes, isStreaming),
    };
    // What changes while the stream goes on.
    return Object.defineProperties(callbacks, {
      requestHeaders: { get: () => this.#requestHeaders },
      route: { get: () => this.#findRoute() },
      decodingBuffer: { get: () => decoding().bufferedAt(0) },
      encodingBuffer: { get: () => encoding().bufferedAt(0) },
    }) as StreamFilterCallbacks;
  }
}

function mapOf<Headers extends HeaderMap>(map: Headers, fields: Fields): Headers {
  for (const [name, value] of Object.entries(fields)) map.append(name, value);
  return map;
}

/** The fields of a header map as an object. */
export function fieldsOf(map: HeaderMap | undefined): Record<string, string> {
  const fields: Record<string, string> = {};
  map?.forEach((name, value) => {
    fields[name] = value;
  });
  return fields;
}

/** A gRPC message with its header. */
export function message(text: string, flags = 0): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const header = Buffer.alloc(5);
  header[0] = flags;
  header.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}

/** Every way of cutting bytes in two, the two that cut nothing off, and byte by byte. */
export function* cuts(bytes: Buffer): Generator<readonly Buffer[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
  yield Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
}
