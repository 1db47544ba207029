import { type TimerOwner, type TimerWheel, WheelTimer } from '#base/timer-wheel.ts';
import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';

/** What a stream can take too long for. */
export type StreamTimeout =
  /** `stream_idle_timeout`, or the route's `idle_timeout`: nothing moved. */
  | 'idle'
  /** `request_timeout`: the request was not complete. */
  | 'request'
  /** `request_headers_timeout`: the head of the request was not complete. */
  | 'requestHeaders'
  /** `max_stream_duration`, or the route's. */
  | 'duration'
  /** `access_log_flush_interval`: no timeout, but time for another line. */
  | 'logInterval';

export interface StreamTimeoutOwner {
  onTimeout(timeout: StreamTimeout): void;
}

/**
 * The timers of the stream at hand, each made when it is first needed. They outlive their stream:
 * an HTTP/1.1 connection has one stream at a time and uses the same ones for all, and HTTP/2 takes
 * them from a pool.
 */
export class StreamTimeouts implements TimerOwner {
  readonly #wheel: TimerWheel;
  #owner: StreamTimeoutOwner | undefined = undefined;
  readonly #idle: WheelTimer;
  #idleMs = 0;
  #request: WheelTimer | undefined = undefined;
  #requestHeaders: WheelTimer | undefined = undefined;
  #duration: WheelTimer | undefined = undefined;
  #logInterval: WheelTimer | undefined = undefined;

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
    this.#idle = new WheelTimer(this);
  }

  /** A stream begins. */
  begin(owner: StreamTimeoutOwner, config: HttpConnectionManagerConfig): void {
    this.#owner = owner;
    this.setIdle(config.streamIdleTimeoutMs);
    if (config.requestTimeoutMs > 0) {
      this.#request ??= new WheelTimer(this);
      this.#wheel.start(this.#request, config.requestTimeoutMs);
    }
    if (config.requestHeadersTimeoutMs > 0) {
      this.#requestHeaders ??= new WheelTimer(this);
      this.#wheel.start(this.#requestHeaders, config.requestHeadersTimeoutMs);
    }
    if (config.common.maxStreamDurationMs > 0) this.setDuration(config.common.maxStreamDurationMs);
    if (config.accessLogOptions.flushIntervalMs > 0) {
      this.startLogInterval(config.accessLogOptions.flushIntervalMs);
    }
  }

  /** Something moved. */
  touch(): void {
    // What is left to be said of a stream that is over must not start its timer again.
    if (this.#idleMs > 0 && this.#owner !== undefined) this.#wheel.start(this.#idle, this.#idleMs);
  }

  /** In milliseconds from now on; 0 is no limit. */
  setIdle(timeoutMs: number): void {
    this.#idleMs = timeoutMs;
    if (timeoutMs > 0) this.#wheel.start(this.#idle, timeoutMs);
    else this.#wheel.cancel(this.#idle);
  }

  /** In milliseconds from now on; nothing is no limit. */
  setDuration(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) {
      if (this.#duration !== undefined) this.#wheel.cancel(this.#duration);
      return;
    }
    this.#duration ??= new WheelTimer(this);
    this.#wheel.start(this.#duration, timeoutMs);
  }

  startLogInterval(intervalMs: number): void {
    this.#logInterval ??= new WheelTimer(this);
    this.#wheel.start(this.#logInterval, intervalMs);
  }

  requestHeadersRead(): void {
    if (this.#requestHeaders !== undefined) this.#wheel.cancel(this.#requestHeaders);
  }

  /** The request is complete, or its answer has begun. */
  requestRead(): void {
    if (this.#request !== undefined) this.#wheel.cancel(this.#request);
  }

  /** The stream is over. The idle timer stays, since the next stream only has to push it back. */
  end(): void {
    this.#owner = undefined;
    this.requestRead();
    this.requestHeadersRead();
    if (this.#duration !== undefined) this.#wheel.cancel(this.#duration);
    if (this.#logInterval !== undefined) this.#wheel.cancel(this.#logInterval);
  }

  /** The connection is gone. */
  cancelAll(): void {
    this.end();
    this.#wheel.cancel(this.#idle);
  }

  onTimer(timer: WheelTimer): void {
    this.#owner?.onTimeout(this.#timeoutOf(timer));
  }

  #timeoutOf(timer: WheelTimer): StreamTimeout {
    switch (timer) {
      case this.#idle:
        return 'idle';
      case this.#request:
        return 'request';
      case this.#requestHeaders:
        return 'requestHeaders';
      case this.#duration:
        return 'duration';
      default:
        return 'logInterval';
    }
  }
}
