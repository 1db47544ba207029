import type {
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
} from '#connection-manager/filter.ts';
import {
  FilterIteration,
  type IterationEnd,
  IterationMemory,
  type IterationStep,
} from '#connection-manager/filter-iteration.ts';
import { HeaderMap } from '#http/header-map.ts';

/** What a scripted filter does in one of its calls, with the iteration at hand. */
export type Act<Status> = Status | ((self: ScriptedStep) => Status);

export interface Script {
  headers?: Act<FilterHeadersStatus>;
  /** One for each call; the last one goes on for ever. */
  data?: readonly Act<FilterDataStatus>[];
  trailers?: Act<FilterTrailersStatus>;
}

/** A filter that answers what it was told to, and writes down what it saw. */
export class ScriptedStep implements IterationStep<HeaderMap> {
  readonly memory = new IterationMemory();
  readonly index: number;
  readonly #world: IterationWorld;
  readonly #script: Script;
  #dataCalls = 0;

  constructor(world: IterationWorld, index: number, script: Script) {
    this.#world = world;
    this.index = index;
    this.#script = script;
  }

  get iteration(): FilterIteration<HeaderMap> {
    return this.#world.iteration;
  }

  headers(_headers: HeaderMap, endStream: boolean): FilterHeadersStatus {
    this.#note('headers', endStream);
    return this.#act(this.#script.headers) ?? 'continue';
  }

  data(bytes: Buffer, endStream: boolean): FilterDataStatus {
    this.#note(`data "${bytes.toString('latin1')}"`, endStream);
    const acts = this.#script.data ?? [];
    const act = acts[Math.min(this.#dataCalls++, acts.length - 1)];
    return this.#act(act) ?? 'continue';
  }

  trailers(trailers: HeaderMap): FilterTrailersStatus {
    this.#note(`trailers ${trailers.size}`, false);
    return this.#act(this.#script.trailers) ?? 'continue';
  }

  #act<Status>(act: Act<Status> | undefined): Status | undefined {
    return typeof act === 'function' ? (act as (self: ScriptedStep) => Status)(this) : act;
  }

  #note(what: string, endStream: boolean): void {
    this.#world.seen.push(`${this.index} ${what}${endStream ? ' end' : ''}`);
  }
}

/** Scripted filters, and what came out behind them. */
export class IterationWorld implements IterationEnd<HeaderMap> {
  readonly seen: string[] = [];
  readonly iteration: FilterIteration<HeaderMap>;
  isOver = false;
  bufferLimitBytes = 10;
  afterCallOnce: (() => void) | undefined = undefined;
  readonly steps: ScriptedStep[];

  constructor(...scripts: readonly Script[]) {
    this.steps = scripts.map((script, index) => new ScriptedStep(this, index, script));
    this.iteration = new FilterIteration(this.steps, this);
  }

  onHeaders(_headers: HeaderMap, endStream: boolean): void {
    this.seen.push(`out headers${endStream ? ' end' : ''}`);
  }

  onData(bytes: Buffer, endStream: boolean): void {
    this.seen.push(`out data "${bytes.toString('latin1')}"${endStream ? ' end' : ''}`);
  }

  onTrailers(trailers: HeaderMap): void {
    this.seen.push(`out trailers ${trailers.size}`);
  }

  afterCall(): void {
    const act = this.afterCallOnce;
    this.afterCallOnce = undefined;
    act?.();
  }

  onBufferLimitExceeded(isStreaming: boolean): void {
    this.seen.push(isStreaming ? 'pause' : 'too large');
    if (!isStreaming) this.isOver = true;
  }

  onBufferDrained(): void {
    this.seen.push('resume');
  }

  // The message, as its source sends it.

  headers(endStream = false): this {
    this.iteration.startHeaders(new HeaderMap(), endStream);
    return this;
  }

  data(text: string, endStream = false): this {
    this.iteration.startData(Buffer.from(text, 'latin1'), endStream);
    return this;
  }

  trailers(): this {
    const trailers = new HeaderMap();
    trailers.append('x', '1');
    this.iteration.startTrailers(trailers);
    return this;
  }

  continueFrom(index: number): this {
    this.iteration.continueFrom(index);
    return this;
  }

  /** What was seen since the last time. */
  take(): string[] {
    return this.seen.splice(0);
  }
}
