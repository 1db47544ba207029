import { BodyBuffer } from '#connection-manager/body-buffer.ts';
import type {
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
} from '#connection-manager/filter.ts';
import type { HeaderMap } from '#http/header-map.ts';

/** Where one filter stands in one direction (Envoy's IterationState). */
export type IterationState = 'continue' | 'stopSingle' | 'stopAllBuffer' | 'stopAllWatermark';

/** What the iteration remembers of one filter; in the beginning nothing happened. */
export class IterationMemory {
  state: IterationState = 'continue';
  /** Later filters have seen the headers. */
  areHeadersContinued = false;
  /** This filter has seen the end of the stream. */
  hasEnded = false;
  /** The body that waits here; present and empty when only the end waits. */
  held: BodyBuffer | undefined = undefined;
  /** The end of the stream is behind what is held. */
  holdsEnd = false;
  /** What the filter gave, while it was shown data, to go on in the place of that. */
  replacement: Buffer | undefined = undefined;
}

/** One filter, seen in one direction. */
export interface IterationStep<Headers extends HeaderMap> {
  readonly memory: IterationMemory;
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
  /** Of everything that the filters of the direction hold together. */
  readonly bufferLimitBytes: number;
}

const NO_BYTES = Buffer.alloc(0);
const NOWHERE = -1;

/**
 * Takes headers, data and trailers through the filters in one direction, minding what each filter
 * answers. The rules are those of Envoy's FilterManager; requests and responses share them, only
 * the order of the steps and what lies at the end differ.
 *
 * A filter that stops is continued from (`continueFrom`) when it says so, or when it lets later
 * data or trailers pass; then everything that it held back goes first, in order. Unlike Envoy, which
 * has one buffer for all, every filter holds its own: no filter sees the same data twice, and none
 * passes on what another one still holds back.
 */
export class FilterIteration<Headers extends HeaderMap> {
  readonly #steps: readonly IterationStep<Headers>[];
  readonly #end: IterationEnd<Headers>;
  #headers: Headers | undefined = undefined;
  #trailers: HeaderMap | undefined = undefined;
  /** The filter that sees the trailers next; the number of filters when all of them have. */
  #trailersNext = 0;
  /** The filter at which the trailers wait. */
  #trailersHolder = NOWHERE;
  #areTrailersOut = false;
  #heldBytes = 0;
  #isSenderPaused = false;
  /** The filter that is being called, and how deep: a filter that is called may continue another. */
  #calledIndex = NOWHERE;
  #callDepth = 0;

  constructor(steps: readonly IterationStep<Headers>[], end: IterationEnd<Headers>) {
    this.#steps = steps;
    this.#end = end;
  }

  /** What the filter at `index` holds back of the body. */
  bufferedAt(index: number): readonly Buffer[] | undefined {
    return this.#memory(index).held?.chunks;
  }

  /** A filter is being called. */
  get isCalling(): boolean {
    return this.#callDepth > 0;
  }

  startHeaders(headers: Headers, endStream: boolean): void {
    this.#headers = headers;
    this.#runHeaders(0, headers, endStream);
  }

  startData(bytes: Buffer, endStream: boolean): void {
    this.#runData(0, bytes, endStream, false);
  }

  startTrailers(trailers: HeaderMap): void {
    this.#trailers = trailers;
    this.#runTrailers(trailers);
  }

  /** A filter that stopped goes on (continueDecoding, continueEncoding). */
  continueFrom(index: number): void {
    const memory = this.#memory(index);
    if (this.#end.isOver || memory.state === 'continue') return;
    // After stop-all the filter itself has not seen the data yet and must not be skipped.
    const isOwnDue = memory.state !== 'stopSingle';
    const first = isOwnDue ? index : index + 1;
    memory.state = 'continue';
    if (!memory.areHeadersContinued) {
      memory.areHeadersContinued = true;
      const isWhole = memory.hasEnded && memory.held === undefined && this.#trailers === undefined;
      this.#runHeaders(index + 1, this.#headers as Headers, isWhole);
    }
    this.#release(memory, first, isOwnDue);
    if (this.#trailersHolder !== index || this.#end.isOver) return;
    this.#runTrailers(this.#trailers as HeaderMap);
  }

  /** addDecodedData, addEncodedData: the filter at `index` puts more data behind what it holds. */
  addData(index: number, bytes: Buffer, isStreaming: boolean): void {
    this.#hold(this.#memory(index), bytes, false, isStreaming);
  }

  /** injectDecodedData, injectEncodedData: data for the filters behind the one at `index`. */
  injectData(index: number, bytes: Buffer, endStream: boolean): void {
    if (this.#end.isOver) return;
    const memory = this.#memory(index);
    if (!memory.areHeadersContinued) {
      memory.areHeadersContinued = true;
      this.#runHeaders(index + 1, this.#headers as Headers, false);
    }
    if (!this.#end.isOver) this.#runData(index + 1, bytes, endStream, false);
  }

  /** replaceDecodedData, replaceEncodedData: only while the filter is shown data. */
  replaceData(index: number, bytes: Buffer): void {
    this.#memory(index).replacement = bytes;
  }

  /** addDecodedTrailers, addEncodedTrailers: only while a filter sees the end of the message. */
  addTrailers(create: () => HeaderMap): HeaderMap {
    if (this.#trailers === undefined) {
      this.#trailers = create();
      this.#trailersNext = this.#calledIndex + 1;
      this.#trailersHolder = this.#calledIndex;
    }
    return this.#trailers;
  }

  #memory(index: number): IterationMemory {
    return (this.#steps[index] as IterationStep<Headers>).memory;
  }

  #runHeaders(from: number, headers: Headers, endStream: boolean): void {
    const hadTrailers = this.#trailers !== undefined;
    let ends = endStream;
    // A filter that makes a body for a message without one: for the later ones it comes as data.
    let hasMaker = false;
    let index = from;
    for (let goesOn = true; goesOn && index < this.#steps.length; index++) {
      const step = this.#steps[index] as IterationStep<Headers>;
      const { memory } = step;
      memory.hasEnded = ends && !hasMaker;
      const outer = this.#enter(index);
      const status = step.headers(headers, memory.hasEnded);
      this.#leave(outer);
      if (this.#end.isOver) return;
      if (status === 'continueAndDontEndStream') ends = false;
      goesOn = continues(memory, status);
      if (ends && !hasMaker && goesOn && memory.held !== undefined) {
        hasMaker = true;
        memory.holdsEnd = true;
      }
      if (!goesOn) return this.#sendMade(from, index, hadTrailers);
    }
    this.#end.onHeaders(headers, ends && !hasMaker);
    this.#sendMade(from, index, hadTrailers);
  }

  /** What filters made while the headers passed them; the last one's comes out first. */
  #sendMade(from: number, to: number, hadTrailers: boolean): void {
    for (let index = to - 1; index >= from && !this.#end.isOver; index--) {
      const memory = this.#memory(index);
      if (memory.state === 'continue') this.#release(memory, index + 1, false);
    }
    if (!hadTrailers) this.#runAddedTrailers();
  }

  /** Lets go what waits at a filter. */
  #release(memory: IterationMemory, from: number, isOwnDue: boolean): void {
    const { held } = memory;
    if (held === undefined || this.#end.isOver) return;
    const endStream = memory.holdsEnd && this.#trailers === undefined;
    memory.held = undefined;
    memory.holdsEnd = false;
    const bytes = held.takeAll();
    this.#heldBytes -= bytes.length;
    if (this.#isSenderPaused && this.#heldBytes <= this.#end.bufferLimitBytes) {
      this.#isSenderPaused = false;
      this.#end.onBufferDrained();
    }
    this.#runData(from, bytes, endStream, isOwnDue);
  }

  /** `isOwnDue`: the filter at `from` was stopped for everything and is now being continued. */
  #runData(from: number, given: Buffer, endStream: boolean, isOwnDue: boolean): void {
    const hadTrailers = this.#trailers !== undefined;
    let bytes = given;
    let goesOn = true;
    for (let index = from; goesOn && index < this.#steps.length; index++) {
      const step = this.#steps[index] as IterationStep<Headers>;
      const { memory } = step;
      if (stopsAll(memory) && !(isOwnDue && index === from)) {
        this.#hold(memory, bytes, endStream, memory.state === 'stopAllWatermark');
        return;
      }
      if (memory.hasEnded) return;
      memory.hasEnded = endStream && this.#trailers === undefined;
      const outer = this.#enter(index);
      const status = step.data(bytes, memory.hasEnded);
      this.#leave(outer);
      if (this.#end.isOver) return;
      if (memory.replacement !== undefined) {
        bytes = memory.replacement;
        memory.replacement = undefined;
      }
      goesOn = this.#afterData(memory, index, status, bytes);
      if (this.#end.isOver) return;
    }
    if (goesOn) this.#end.onData(bytes, endStream && this.#trailers === undefined);
    if (!hadTrailers) this.#runAddedTrailers();
  }

  /** Whether data goes on to the next filter as it is. */
  #afterData(
    memory: IterationMemory,
    index: number,
    status: FilterDataStatus,
    bytes: Buffer,
  ): boolean {
    if (status === 'continue') {
      if (memory.state === 'continue' && memory.held === undefined) return true;
      // What the filter held back goes first, and the headers before that.
      this.#hold(memory, bytes, memory.hasEnded, this.#isSenderPaused);
      if (memory.state === 'continue') this.#release(memory, index + 1, false);
      else this.continueFrom(index);
      return false;
    }
    memory.state = 'stopSingle';
    if (status !== 'stopIterationNoBuffer') {
      this.#hold(memory, bytes, memory.hasEnded, status === 'stopIterationAndWatermark');
    } else if (memory.hasEnded) {
      this.#hold(memory, NO_BYTES, true, false);
    }
    return false;
  }

  /** Trailers that a filter added while data or headers passed follow them, unless it stopped. */
  #runAddedTrailers(): void {
    const adder = this.#trailersHolder;
    if (adder === NOWHERE || this.#end.isOver) return;
    if (this.#memory(adder).state === 'continue') this.#runTrailers(this.#trailers as HeaderMap);
  }

  #runTrailers(trailers: HeaderMap): void {
    this.#trailersHolder = NOWHERE;
    while (this.#trailersNext < this.#steps.length) {
      const index = this.#trailersNext;
      const step = this.#steps[index] as IterationStep<Headers>;
      const { memory } = step;
      if (stopsAll(memory)) {
        this.#trailersHolder = index;
        return;
      }
      memory.hasEnded = true;
      this.#trailersNext = index + 1;
      const outer = this.#enter(index);
      const status = step.trailers(trailers);
      this.#leave(outer);
      if (this.#end.isOver) return;
      if (status === 'stopIteration' || memory.state !== 'continue') {
        this.#trailersHolder = index;
        if (status === 'stopIteration') memory.state = 'stopSingle';
        // Headers or data were held back until the trailers: they go first, then these.
        else this.continueFrom(index);
        return;
      }
      this.#release(memory, index + 1, false);
      if (this.#end.isOver) return;
    }
    if (this.#areTrailersOut) return;
    this.#areTrailersOut = true;
    this.#end.onTrailers(trailers);
  }

  #enter(index: number): number {
    const outer = this.#calledIndex;
    this.#calledIndex = index;
    this.#callDepth++;
    return outer;
  }

  #leave(outer: number): void {
    this.#calledIndex = outer;
    this.#callDepth--;
    this.#end.afterCall();
  }

  #hold(memory: IterationMemory, bytes: Buffer, endStream: boolean, isStreaming: boolean): void {
    memory.held ??= new BodyBuffer();
    memory.held.add(bytes);
    if (endStream) memory.holdsEnd = true;
    this.#heldBytes += bytes.length;
    if (this.#isSenderPaused || this.#heldBytes <= this.#end.bufferLimitBytes) return;
    this.#isSenderPaused = isStreaming;
    this.#end.onBufferLimitExceeded(isStreaming);
  }
}

function stopsAll({ state }: IterationMemory): boolean {
  return state === 'stopAllBuffer' || state === 'stopAllWatermark';
}

/** Notes what a filter answered to headers; whether the next one sees them. */
function continues(memory: IterationMemory, status: FilterHeadersStatus): boolean {
  switch (status) {
    case 'continue':
    case 'continueAndDontEndStream':
      memory.areHeadersContinued = true;
      return true;
    case 'stopIteration':
      memory.state = 'stopSingle';
      return false;
    case 'stopAllIterationAndBuffer':
      memory.state = 'stopAllBuffer';
      return false;
    case 'stopAllIterationAndWatermark':
      memory.state = 'stopAllWatermark';
      return false;
  }
}
