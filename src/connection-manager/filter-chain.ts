import { ActiveFilter } from '#connection-manager/active-filter.ts';
import type { ActiveStream } from '#connection-manager/active-stream.ts';
import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { FilterFactory, LocalReply, StreamFilter } from '#connection-manager/filter.ts';
import { FilterIteration, type IterationEnd } from '#connection-manager/filter-iteration.ts';
import { DecodeStep, EncodeStep } from '#connection-manager/filter-steps.ts';
import type { StreamFilters } from '#connection-manager/stream-filters.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';

const { field } = connectionManagerStats;

/** Several filters of one stream, with the iterations that take messages through them. */
export class FilterChain implements StreamFilters, IterationEnd<RequestHeaders> {
  readonly #stream: ActiveStream;
  readonly #filters: StreamFilter[] = [];
  readonly decoding: FilterIteration<RequestHeaders>;
  readonly encoding: FilterIteration<ResponseHeaders>;
  readonly #encodeSteps: EncodeStep[] = [];
  /** A filter on the way of the request has answered it. */
  #isAborted = false;
  /** What it answered, until its call returns: filters are not called while they are at work. */
  #preparedReply: LocalReply | undefined = undefined;
  /** What a filter set instead of the stream's limit. */
  #decodingLimitBytes: number | undefined = undefined;
  /** A 1xx response that a filter holds back. */
  #heldInterim: ResponseHeaders | undefined = undefined;

  constructor(stream: ActiveStream, factories: readonly FilterFactory[]) {
    this.#stream = stream;
    const decodeSteps: DecodeStep[] = [];
    const actives: ActiveFilter[] = [];
    this.decoding = new FilterIteration(decodeSteps, this);
    this.encoding = new FilterIteration(this.#encodeSteps, stream.response);
    for (const factory of factories) {
      if (stream.knownRoute?.isFilterDisabled(factory.name) ?? factory.isDisabled) continue;
      const active = new ActiveFilter(stream, factory.name, this, decodeSteps.length);
      const filter = factory.create(active);
      actives.push(active);
      this.#filters.push(filter);
      decodeSteps.push(new DecodeStep(filter));
      this.#encodeSteps.unshift(new EncodeStep(filter));
    }
    for (const [index, active] of actives.entries()) {
      active.encodeIndex = actives.length - 1 - index;
    }
  }

  decodeHeaders(headers: RequestHeaders, endStream: boolean): void {
    this.decoding.startHeaders(headers, endStream);
  }

  decodeData(bytes: Buffer, endStream: boolean): void {
    if (!this.isOver) this.decoding.startData(bytes, endStream);
  }

  decodeTrailers(trailers: HeaderMap): void {
    if (!this.isOver) this.decoding.startTrailers(trailers);
  }

  passInterimHeaders(headers: ResponseHeaders): void {
    this.#runInterim(0, headers);
  }

  #runInterim(from: number, headers: ResponseHeaders): void {
    for (let index = from; index < this.#encodeSteps.length; index++) {
      const step = this.#encodeSteps[index] as EncodeStep;
      const status = step.interimHeaders(headers);
      if (this.#stream.isOver) return;
      if (status === 'continue') continue;
      step.memory.state = 'stopSingle';
      // The caller's headers do not outlive the call.
      this.#heldInterim = new ResponseHeaders();
      this.#heldInterim.status = headers.status;
      this.#heldInterim.appendFrom(headers);
      return;
    }
    this.#stream.response.onInterimHeaders(headers);
  }

  /** The filter at `index` on the way of the response goes on. */
  continueEncoding(index: number): void {
    const held = this.#heldInterim;
    if (held === undefined) return this.encoding.continueFrom(index);
    this.#heldInterim = undefined;
    (this.#encodeSteps[index] as EncodeStep).memory.state = 'continue';
    this.#runInterim(index + 1, held);
  }

  startLocalReply(reply: LocalReply): void {
    if (!this.decoding.isCalling) {
      this.#isAborted = true;
      this.#stream.response.sendReply(reply);
      return;
    }
    this.#isAborted = true;
    this.#preparedReply ??= reply;
  }

  onDestroy(): void {
    for (const filter of this.#filters) filter.onDestroy();
  }

  // Where requests end: behind the last filter lies nothing, since the router is the last one.

  onHeaders(): void {}

  onData(): void {}

  onTrailers(): void {}

  afterCall(): void {
    const reply = this.#preparedReply;
    if (reply === undefined) return;
    this.#preparedReply = undefined;
    if (!this.#stream.isOver) this.#stream.response.sendReply(reply);
  }

  onBufferLimitExceeded(isStreaming: boolean): void {
    if (isStreaming) {
      this.#stream.pauseRequest();
      return;
    }
    this.#stream.stats.inc(field.downstream_rq_too_large);
    this.#stream.sendLocalReply({
      status: 413,
      body: 'Payload Too Large',
      details: 'request_payload_too_large',
    });
  }

  onBufferDrained(): void {
    this.#stream.resumeRequest();
  }

  get isOver(): boolean {
    return this.#isAborted || this.#stream.isOver || this.#stream.response.isDecided;
  }

  get bufferLimitBytes(): number {
    return this.#decodingLimitBytes ?? this.#stream.bufferLimitBytes;
  }

  setDecodingLimit(limitBytes: number): void {
    this.#decodingLimitBytes = limitBytes;
  }
}
