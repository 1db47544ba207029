import { type TimerOwner, WheelTimer } from '#base/timer-wheel.ts';
import type { FrameOutput } from '#http/h2/frame-output.ts';
import type { Http2Keepalive } from '#http/h2/http2-options.ts';
import type { Http2Services } from '#http/h2/http2-services.ts';

export interface KeepaliveOwner {
  /** Neither an answer to a PING nor anything else came for too long. */
  onKeepaliveTimeout(): void;
}

/** Asks the peer now and then whether it is still there (`connection_keepalive`). */
export class Keepalive implements TimerOwner {
  readonly #options: Http2Keepalive;
  readonly #services: Http2Services;
  readonly #output: FrameOutput;
  readonly #owner: KeepaliveOwner;
  readonly #interval = new WheelTimer(this);
  #timeout: WheelTimer = new WheelTimer(this);
  #lastReceivedMs: number;

  constructor(
    options: Http2Keepalive,
    services: Http2Services,
    output: FrameOutput,
    owner: KeepaliveOwner,
  ) {
    this.#options = options;
    this.#services = services;
    this.#output = output;
    this.#owner = owner;
    this.#lastReceivedMs = services.clock.nowMs;
    this.answered();
  }

  /** Any byte shows that the peer is there, if a long message holds up the answer. */
  received(): void {
    const { clock, timers } = this.#services;
    this.#lastReceivedMs = clock.nowMs;
    if (this.#timeout.isRunning) timers.start(this.#timeout, this.#options.timeoutMs);
  }

  /** How long the peer has been silent. */
  get silentMs(): number {
    return this.#services.clock.nowMs - this.#lastReceivedMs;
  }

  answered(): void {
    const { timers, random } = this.#services;
    const { intervalMs, intervalJitterPercent } = this.#options;
    timers.cancel(this.#timeout);
    if (intervalMs === 0) return;
    const jitter = Math.floor((intervalMs * intervalJitterPercent) / 100);
    const extra = jitter > 0 ? random.uint32() % jitter : 0;
    timers.cancel(this.#interval);
    timers.start(this.#interval, intervalMs + extra);
  }

  /** Sends a PING unless one is unanswered. */
  ping(): void {
    const { clock, timers } = this.#services;
    if (this.#timeout.isRunning) return;
    const payload = Buffer.alloc(8);
    payload.writeBigUInt64BE(BigInt(Math.floor(clock.wallMs())));
    this.#output.writePing(false, payload, 0);
    timers.start(this.#timeout, this.#options.timeoutMs);
  }

  /** A stream is about to begin: asks first, after so long a silence that the peer may be gone. */
  beforeStream(): void {
    const { connectionIdleIntervalMs } = this.#options;
    if (connectionIdleIntervalMs > 0 && this.silentMs > connectionIdleIntervalMs) this.ping();
  }

  stop(): void {
    this.#services.timers.cancel(this.#interval);
    this.#services.timers.cancel(this.#timeout);
  }

  onTimer(timer: WheelTimer): void {
    if (timer === this.#timeout) this.#owner.onKeepaliveTimeout();
    else this.ping();
  }
}
