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
  /** More was buffered than the limit; `isStreaming` says that the sender is to pause instead. */
  onBufferLimitExceeded(isStreaming: boolean): void;
  onBufferDrained(): void;
  /** A local reply was sent or the stream ended: iteration must not go on. */
  readonly isOver: boolean;
  readonly bufferLimitBytes: number;
}

type CallPhase = 'none' | 'headers' | 'data' | 'trailers';

/**
 * Takes headers, data and trailers through the filters in one direction, minding what each filter
 * answers. The rules are those of Envoy's FilterManager; requests and responses share them, only
 * the order of the steps and what lies at the end differ.
 */
export class FilterIteration<Headers extends HeaderMap> {
  readonly #steps: readonly IterationStep<Headers>[];
  readonly #end: IterationEnd<Headers>;
  #headers: Headers | undefined = undefined;
  #trailers: HeaderMap | undefined = undefined;
  #buffer: BodyBuffer | undefined = undefined;
  #isBufferStreaming = false;
  #isAboveLimit = false;
  /** The source of the message has sent its end. */
  #isComplete = false;
  #phase: CallPhase = 'none';
  #phaseIndex = -1;
  /** Data was added while headers passed: from which step on it has to follow them. */
  #addedDataFrom = -1;

  constructor(steps: readonly IterationStep<Headers>[], end: IterationEnd<Headers>) {
    this.#steps = steps;
    this.#end = end;
  }

  get buffered(): readonly Buffer[] | undefined {
    return this.#buffer?.chunks;
  }

  get currentTrailers(): HeaderMap | undefined {
    return this.#trailers;
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
    const first = step.state === 'stopSingle' ? index + 1 : index;
    step.state = 'continue';
    const hadTrailers = this.#trailers !== undefined;
    if (!step.areHeadersContinued) {
      step.areHeadersContinued = true;
      const hasMore = this.#hasBuffered() || hadTrailers;
      this.#runHeaders(index + 1, this.#headers as Headers, this.#isComplete && !hasMore);
    }
    if (this.#end.isOver) return;
    if (this.#hasBuffered()) {
      const bytes = (this.#buffer as BodyBuffer).takeAll();
      this.#drained();
      this.#runData(first, bytes, this.#isComplete && !hadTrailers, first === index);
    }
    if (this.#end.isOver || !hadTrailers || step.state !== 'continue') return;
    this.#runTrailers(first, this.#trailers as HeaderMap);
  }

  /** addDecodedData, addEncodedData: the filter at `index` puts more data behind what it has. */
  addData(index: number, bytes: Buffer, isStreaming: boolean): void {
    if (this.#phase === 'trailers' && this.#phaseIndex === index) {
      this.#runData(index + 1, bytes, false, false);
      return;
    }
    this.#bufferData(bytes, isStreaming);
  }

  /** injectDecodedData, injectEncodedData: data for the filters behind the one at `index`. */
  injectData(index: number, bytes: Buffer, endStream: boolean): void {
    const step = this.#steps[index] as IterationStep<Headers>;
    if (!step.areHeadersContinued) {
      step.areHeadersContinued = true;
      step.state = 'continue';
      this.#runHeaders(index + 1, this.#headers as Headers, false);
      if (this.#end.isOver) return;
    }
    this.#runData(index + 1, bytes, endStream, false);
  }

  /** addDecodedTrailers, addEncodedTrailers: only while the end of the data passes. */
  addTrailers(create: () => HeaderMap): HeaderMap {
    this.#trailers ??= create();
    return this.#trailers;
  }

  #runHeaders(from: number, headers: Headers, endStream: boolean): void {
    let ends = endStream;
    for (let index = from; index < this.#steps.length; index++) {
      const step = this.#steps[index] as IterationStep<Headers>;
      step.hasEnded = ends && this.#addedDataFrom === -1;
      this.#phase = 'headers';
      this.#phaseIndex = index;
      const status = step.headers(headers, step.hasEnded);
      this.#phase = 'none';
      if (this.#end.isOver) return;
      if (status === 'continueAndDontEndStream') ends = false;
      const goesOn = this.#afterHeaders(step, status);
      // A filter made a body for a message that had none: it follows once headers are through.
      if (ends && this.#addedDataFrom === -1 && this.#hasBuffered()) {
        this.#addedDataFrom = index + 1;
      }
      if (!goesOn) return;
    }
    this.#end.onHeaders(headers, ends && this.#addedDataFrom === -1);
    this.#sendAddedData();
  }

  #afterHeaders(step: IterationStep<Headers>, status: FilterHeadersStatus): boolean {
    if (status === 'continue' || status === 'continueAndDontEndStream') {
      step.areHeadersContinued = true;
      return true;
    }
    if (status === 'stopIteration') step.state = 'stopSingle';
    else step.state = status === 'stopAllIterationAndBuffer' ? 'stopAllBuffer' : 'stopAllWatermark';
    return false;
  }

  #sendAddedData(): void {
    const from = this.#addedDataFrom;
    if (from === -1 || this.#end.isOver) return;
    this.#addedDataFrom = -1;
    const bytes = (this.#buffer as BodyBuffer).takeAll();
    this.#drained();
    this.#runData(from, bytes, this.#isComplete && this.#trailers === undefined, false);
  }

  #runData(from: number, bytes: Buffer, endStream: boolean, isOwn: boolean): void {
    const hadTrailers = this.#trailers !== undefined;
    for (let index = from; index < this.#steps.length; index++) {
      const step = this.#steps[index] as IterationStep<Headers>;
      if (this.#holdsEverything(step) && !(isOwn && index === from)) {
        this.#bufferData(bytes, step.state === 'stopAllWatermark');
        return;
      }
      if (step.hasEnded) return;
      step.hasEnded = endStream && this.#trailers === undefined;
      this.#phase = 'data';
      this.#phaseIndex = index;
      const status = step.data(bytes, step.hasEnded);
      this.#phase = 'none';
      if (this.#end.isOver) return;
      if (!this.#afterData(step, index, status, bytes)) return;
    }
    const addedTrailers = hadTrailers ? undefined : this.#trailers;
    this.#end.onData(bytes, endStream && this.#trailers === undefined);
    if (endStream && addedTrailers !== undefined && !this.#end.isOver) {
      this.#end.onTrailers(addedTrailers);
    }
  }

  #holdsEverything(step: IterationStep<Headers>): boolean {
    return step.state === 'stopAllBuffer' || step.state === 'stopAllWatermark';
  }

  /** Whether data goes on to the next filter. */
  #afterData(
    step: IterationStep<Headers>,
    index: number,
    status: FilterDataStatus,
    bytes: Buffer,
  ): boolean {
    if (status === 'continue') {
      if (step.state !== 'stopSingle') return true;
      // The filter held the headers back and lets everything go with this data.
      this.#bufferData(bytes, this.#isBufferStreaming);
      this.continueFrom(index);
      return false;
    }
    step.state = 'stopSingle';
    if (status !== 'stopIterationNoBuffer') {
      this.#bufferData(bytes, status === 'stopIterationAndWatermark');
    }
    return false;
  }

  #runTrailers(from: number, trailers: HeaderMap): void {
    for (let index = from; index < this.#steps.length; index++) {
      const step = this.#steps[index] as IterationStep<Headers>;
      if (this.#holdsEverything(step)) return;
      step.hasEnded = true;
      this.#phase = 'trailers';
      this.#phaseIndex = index;
      const status = step.trailers(trailers);
      this.#phase = 'none';
      if (this.#end.isOver) return;
      if (status === 'stopIteration') {
        step.state = 'stopSingle';
        return;
      }
      if (step.state === 'stopSingle') {
        // Headers or data were held back until the trailers: they go first, then these.
        this.continueFrom(index);
        return;
      }
    }
    this.#end.onTrailers(trailers);
  }

  #hasBuffered(): boolean {
    return this.#buffer !== undefined && this.#buffer.length > 0;
  }

  #bufferData(bytes: Buffer, isStreaming: boolean): void {
    this.#buffer ??= new BodyBuffer();
    this.#isBufferStreaming = isStreaming;
    this.#buffer.add(bytes);
    if (this.#isAboveLimit || this.#buffer.length <= this.#end.bufferLimitBytes) return;
    this.#isAboveLimit = true;
    this.#end.onBufferLimitExceeded(isStreaming);
  }

  #drained(): void {
    if (!this.#isAboveLimit) return;
    this.#isAboveLimit = false;
    this.#end.onBufferDrained();
  }
}
