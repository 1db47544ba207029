import { BodyBuffer } from '#connection-manager/body-buffer.ts';
import type {
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
} from '#connection-manager/filter.ts';
import type { HeaderMap } from '#http/header-map.ts';

/** Where one filter stands in one direction (Envoy's IterationState). */
export type IterationState = 'continue' | 'stopSingle' | 'stopAllBuffer' | 'stopAllWatermark';

/** One filter, seen in one direction. */
export interface IterationStep<Headers extends HeaderMap> {
  state: IterationState;
  /** Later filters have seen the headers. */
  areHeadersContinued: boolean;
  /** This filter has seen the end of the stream. */
  hasEnded: boolean;
  headers(headers: Headers, endStream: boolean): FilterHeadersStatus;
  data(bytes: Buffer, endStream: boolean): FilterDataStatus;
  trailers(trailers: HeaderMap): FilterTrailersStatus;
}

/** What lies behind the last filter, and who minds the limits. */
export interface IterationEnd<Headers extends HeaderMap> {
  onHeaders(headers: Headers, endStream: boolean): void;
  onData(bytes: Buffer, endStream: boolean): void;
  onTrailers(trailers: HeaderMap): void;
  /** A filter's call has returned: what it asked for meanwhile can be done. */
  afterCall(): void;
  /** More was buffered than the limit; `isStreaming` says that the sender is to pause instead. */
  onBufferLimitExceeded(isStreaming: boolean): void;
  /** What was buffered has gone, after the sender was asked to pause. */
  onBufferDrained(): void;
  /** A local reply was sent or the stream ended: iteration must not go on. */
  readonly isOver: boolean;
  readonly bufferLimitBytes: number;
}

type Call = 'none' | 'headers' | 'data' | 'trailers';

const NO_BYTES = Buffer.alloc(0);

/**
 * Takes headers, data and trailers through the filters in one direction, minding what each filter
 * answers. The rules are those of Envoy's FilterManager; requests and responses share them, only
 * the order of the steps and what lies at the end differ.
 *
 * A filter that stops is continued from (`continueFrom`) when it says so, or when it lets later
 * data or trailers pass; then everything that it held back goes first, in order. What is held back
 * lies in one buffer for all filters, since only one of them can be the first that stopped.
 */
export class FilterIteration<Headers extends HeaderMap> {
  readonly #steps: readonly IterationStep<Headers>[];
  readonly #end: IterationEnd<Headers>;
  #headers: Headers | undefined = undefined;
  #trailers: HeaderMap | undefined = undefined;
  /** What filters hold back; present and empty when only the end of the data is held back. */
  #held: BodyBuffer | undefined = undefined;
  /** The sender was asked to pause because of what is held. */
  #isSenderPaused = false;
  /** The source of the message has sent its end. */
  #isComplete = false;
  #call: Call = 'none';
  #callIndex = -1;

  constructor(steps: readonly IterationStep<Headers>[], end: IterationEnd<Headers>) {
    this.#steps = steps;
    this.#end = end;
  }

  /** What is held back of the body. */
  get buffered(): readonly Buffer[] | undefined {
    return this.#held?.chunks;
  }

  /** A filter is being called. */
  get isCalling(): boolean {
    return this.#call !== 'none';
  }

  startHeaders(headers: Headers, endStream: boolean): void {
    this.#headers = headers;
    this.#isComplete = endStream;
    this.#runHeaders(0, headers, endStream);
  }

  startData(bytes: Buffer, endStream: boolean): void {
    if (endStream) this.#isComplete = true;
    this.#runData(0, bytes, endStream, false);
  }

  startTrailers(trailers: HeaderMap): void {
    this.#trailers = trailers;
    this.#isComplete = true;
    this.#runTrailers(0, trailers);
  }

  /** A filter that stopped goes on (continueDecoding, continueEncoding). */
  continueFrom(index: number): void {
    const step = this.#steps[index] as IterationStep<Headers>;
    if (this.#end.isOver || step.state === 'continue') return;
    // After stop-all the filter itself has not seen the data yet and must not be skipped.
    const isOwnDue = step.state !== 'stopSingle';
    const first = isOwnDue ? index : index + 1;
    step.state = 'continue';
    const hadTrailers = this.#trailers !== undefined;
    if (!step.areHeadersContinued) {
      step.areHeadersContinued = true;
      const isWhole = this.#isComplete && this.#held === undefined && !hadTrailers;
      this.#runHeaders(index + 1, this.#headers as Headers, isWhole);
    }
    this.#releaseHeld(first, hadTrailers, isOwnDue);
    if (hadTrailers && !this.#end.isOver) this.#runTrailers(first, this.#trailers as HeaderMap);
  }

  /** addDecodedData, addEncodedData: the filter at `index` puts more data behind what it has. */
  addData(index: number, bytes: Buffer, isStreaming: boolean): void {
    const isPassingTrailers = this.#call === 'trailers' && this.#callIndex === index;
    if (isPassingTrailers && this.#steps[index]?.state === 'continue') {
      this.#runData(index + 1, bytes, false, false);
    } else {
      this.#hold(bytes, isStreaming);
    }
  }

  /** injectDecodedData, injectEncodedData: data for the filters behind the one at `index`. */
  injectData(index: number, bytes: Buffer, endStream: boolean): void {
    if (this.#end.isOver) return;
    const step = this.#steps[index] as IterationStep<Headers>;
    if (!step.areHeadersContinued) {
      step.areHeadersContinued = true;
      this.#runHeaders(index + 1, this.#headers as Headers, false);
    }
    if (!this.#end.isOver) this.#runData(index + 1, bytes, endStream, false);
  }

  /** addDecodedTrailers, addEncodedTrailers: only while the end of the message passes. */
  addTrailers(create: () => HeaderMap): HeaderMap {
    this.#trailers ??= create();
    return this.#trailers;
  }

  #runHeaders(from: number, headers: Headers, endStream: boolean): void {
    let ends = endStream;
    // A filter that made a body for a message that had none: later filters see it as data.
    let maker = -1;
    for (let index = from; index < this.#steps.length; index++) {
      const step = this.#steps[index] as IterationStep<Headers>;
      step.hasEnded = ends && maker < 0;
      const status = this.#callHeaders(step, index, headers);
      if (this.#end.isOver) return;
      if (status === 'continueAndDontEndStream') ends = false;
      if (!goesOn(step, status)) return this.#sendMade(maker);
      if (ends && maker < 0 && this.#held !== undefined) maker = index;
    }
    this.#end.onHeaders(headers, ends && maker < 0);
    this.#sendMade(maker);
  }

  #callHeaders(step: IterationStep<Headers>, index: number, headers: Headers): FilterHeadersStatus {
    const outer = this.#enter('headers', index);
    const status = step.headers(headers, step.hasEnded);
    this.#leave(outer);
    return status;
  }

  #sendMade(maker: number): void {
    if (maker < 0 || this.#end.isOver) return;
    const hadTrailers = this.#trailers !== undefined;
    this.#releaseHeld(maker + 1, hadTrailers, false);
    if (hadTrailers && !this.#end.isOver) {
      this.#runTrailers(maker + 1, this.#trailers as HeaderMap);
    }
  }

  #releaseHeld(from: number, hadTrailers: boolean, isOwnDue: boolean): void {
    const held = this.#held;
    if (held === undefined || this.#end.isOver) return;
    this.#held = undefined;
    if (this.#isSenderPaused) {
      this.#isSenderPaused = false;
      this.#end.onBufferDrained();
    }
    this.#runData(from, held.takeAll(), this.#isComplete && !hadTrailers, isOwnDue);
  }

  /** `isOwnDue`: the filter at `from` was stopped for everything and is now being continued. */
  #runData(from: number, bytes: Buffer, endStream: boolean, isOwnDue: boolean): void {
    const hadTrailers = this.#trailers !== undefined;
    let trailersFrom = -1;
    let isStopped = false;
    for (let index = from; index < this.#steps.length && !isStopped; index++) {
      const step = this.#steps[index] as IterationStep<Headers>;
      if (stopsAll(step) && !(isOwnDue && index === from)) {
        this.#hold(bytes, step.state === 'stopAllWatermark');
        return;
      }
      if (step.hasEnded) return;
      step.hasEnded = endStream && this.#trailers === undefined;
      const status = this.#callData(step, index, bytes);
      if (this.#end.isOver) return;
      isStopped = !this.#afterData(step, index, status, bytes);
      if (this.#end.isOver) return;
      const hasAdded = !hadTrailers && trailersFrom < 0 && this.#trailers !== undefined;
      // One that adds trailers and stops passes them on when it goes on.
      if (hasAdded && isStopped) return;
      if (hasAdded) trailersFrom = index + 1;
    }
    if (!isStopped) this.#end.onData(bytes, endStream && trailersFrom < 0);
    if (trailersFrom >= 0 && !this.#end.isOver) {
      this.#runTrailers(trailersFrom, this.#trailers as HeaderMap);
    }
  }

  #callData(step: IterationStep<Headers>, index: number, bytes: Buffer): FilterDataStatus {
    const outer = this.#enter('data', index);
    const status = step.data(bytes, step.hasEnded);
    this.#leave(outer);
    return status;
  }

  /** Whether data goes on to the next filter. */
  #afterData(
    step: IterationStep<Headers>,
    index: number,
    status: FilterDataStatus,
    bytes: Buffer,
  ): boolean {
    if (status === 'continue') {
      if (step.state === 'continue') return true;
      // The filter held the headers back and lets everything go with this data.
      this.#hold(bytes, this.#isSenderPaused);
      if (!this.#end.isOver) this.continueFrom(index);
      return false;
    }
    step.state = 'stopSingle';
    if (status !== 'stopIterationNoBuffer') {
      this.#hold(bytes, status === 'stopIterationAndWatermark');
    } else if (step.hasEnded && this.#held === undefined) {
      // Without any data the end is what there is to go on with.
      this.#hold(NO_BYTES, false);
    }
    return false;
  }

  #runTrailers(from: number, trailers: HeaderMap): void {
    for (let index = from; index < this.#steps.length; index++) {
      const step = this.#steps[index] as IterationStep<Headers>;
      if (stopsAll(step)) return;
      step.hasEnded = true;
      const outer = this.#enter('trailers', index);
      const status = step.trailers(trailers);
      this.#leave(outer);
      if (this.#end.isOver) return;
      if (status === 'stopIteration') {
        if (step.state === 'continue') step.state = 'stopSingle';
        return;
      }
      // Headers or data were held back until the trailers: they go first, then these.
      if (step.state !== 'continue') return this.continueFrom(index);
    }
    this.#end.onTrailers(trailers);
  }

  /** Calls can nest: a filter that is called may continue another one. */
  #enter(call: Call, index: number): Call {
    const outer = this.#call;
    this.#call = call;
    this.#callIndex = index;
    return outer;
  }

  #leave(outer: Call): void {
    this.#call = outer;
    this.#end.afterCall();
  }

  #hold(bytes: Buffer, isStreaming: boolean): void {
    this.#held ??= new BodyBuffer();
    this.#held.add(bytes);
    if (this.#isSenderPaused || this.#held.length <= this.#end.bufferLimitBytes) return;
    this.#isSenderPaused = isStreaming;
    this.#end.onBufferLimitExceeded(isStreaming);
  }
}

function stopsAll(step: { readonly state: IterationState }): boolean {
  return step.state === 'stopAllBuffer' || step.state === 'stopAllWatermark';
}

/** Notes what a filter answered to headers; whether the next one sees them. */
function goesOn(
  step: { state: IterationState; areHeadersContinued: boolean },
  status: FilterHeadersStatus,
): boolean {
  switch (status) {
    case 'continue':
    case 'continueAndDontEndStream':
      step.areHeadersContinued = true;
      return true;
    case 'stopIteration':
      step.state = 'stopSingle';
      return false;
    case 'stopAllIterationAndBuffer':
      step.state = 'stopAllBuffer';
      return false;
    case 'stopAllIterationAndWatermark':
      step.state = 'stopAllWatermark';
      return false;
  }
}
