import type { Clock } from '#base/clock.ts';

/** One turn of the wheel moves this many milliseconds; timers fire up to one tick late. */
const TICK_MS = 4;
const SLOTS = 1024;
const SLOT_MASK = SLOTS - 1;

/** Not in the wheel. */
const IDLE = -1;

/** Hears of its timers; a callback for each would be one more object for each request. */
export interface TimerOwner {
  onTimer(timer: WheelTimer): void;
}

/**
 * Something that happens later unless it is cancelled first. The object is made once by its owner
 * and used again and again: starting, moving and cancelling allocate nothing.
 */
export class WheelTimer {
  /** @internal Links of the slot's list, kept by the wheel. */
  next: WheelTimer | undefined = undefined;
  /** @internal */
  previous: WheelTimer | undefined = undefined;
  /** @internal */
  slot = IDLE;
  /** When it is due, on the worker's clock. */
  deadlineMs = 0;
  readonly owner: TimerOwner;

  constructor(owner: TimerOwner) {
    this.owner = owner;
  }

  get isRunning(): boolean {
    return this.slot !== IDLE;
  }
}

/** Calls `run` once after `delayMs`; the result cancels it. */
export type Wake = (delayMs: number, run: () => void) => () => void;

/**
 * All timers of a worker: a hashed wheel with lists, so that the two or three timers of each
 * request cost a few nanoseconds. A timer that is only ever pushed back (idle timeouts) stays in
 * its slot; the wheel looks at the deadline when the slot comes up and moves it then.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #slots: (WheelTimer | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #wake: Wake;
  readonly #runTurn: (run: () => void) => void;
  #cancelWake: (() => void) | undefined = undefined;
  /** The tick of the next wake: infinity when asleep, minus infinity while firing. */
  #wakeTick = Number.POSITIVE_INFINITY;
  #tick: number;
  #count = 0;

  /** `runTurn` frames what timers do, so that what they write is sent (see `EventTurn`). */
  constructor(
    clock: Clock,
    runTurn: (run: () => void) => void = (run) => run(),
    wake: Wake = wakeBySetTimeout,
  ) {
    this.#clock = clock;
    this.#runTurn = runTurn;
    this.#wake = wake;
    this.#tick = tickOf(clock.nowMs);
  }

  /** How many timers are running. */
  get size(): number {
    return this.#count;
  }

  /** Starts a timer, or starts it anew, `delayMs` from now. */
  start(timer: WheelTimer, delayMs: number): void {
    const deadlineMs = this.#clock.nowMs + delayMs;
    if (timer.slot !== IDLE) {
      if (deadlineMs >= timer.deadlineMs) {
        timer.deadlineMs = deadlineMs;
        return;
      }
      this.cancel(timer);
    }
    timer.deadlineMs = deadlineMs;
    this.#insert(timer);
  }

  cancel(timer: WheelTimer): void {
    if (timer.slot === IDLE) return;
    const { next, previous } = timer;
    if (previous === undefined) this.#slots[timer.slot] = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    timer.next = undefined;
    timer.previous = undefined;
    timer.slot = IDLE;
    this.#count--;
  }

  /** Fires what is due at the clock's present time. */
  advance(): void {
    const target = tickOf(this.#clock.nowMs);
    const last = Math.min(target, this.#tick + SLOTS);
    while (this.#tick < last) {
      this.#tick++;
      this.#fireSlot(this.#tick & SLOT_MASK);
    }
    this.#tick = Math.max(this.#tick, target);
  }

  #insert(timer: WheelTimer): void {
    // Rounded up and never the present tick: a timer must not fire early.
    const tick = Math.max(Math.ceil(timer.deadlineMs / TICK_MS), this.#tick + 1);
    const slot = tick & SLOT_MASK;
    const head = this.#slots[slot];
    timer.slot = slot;
    timer.next = head;
    if (head !== undefined) head.previous = timer;
    this.#slots[slot] = timer;
    this.#count++;
    const wakeTick = Math.min(tick, this.#tick + SLOTS);
    if (wakeTick < this.#wakeTick) this.#wakeAt(wakeTick);
  }

  #fireSlot(slot: number): void {
    let timer = this.#slots[slot];
    const nowMs = this.#clock.nowMs;
    let later: WheelTimer | undefined;
    while (timer !== undefined) {
      this.cancel(timer);
      if (timer.deadlineMs <= nowMs) {
        timer.owner.onTimer(timer);
      } else {
        timer.next = later;
        later = timer;
      }
      // A callback may have cancelled or started any other timer: take the list as it is now.
      timer = this.#slots[slot];
    }
    while (later !== undefined) {
      const again = later;
      later = again.next;
      again.next = undefined;
      this.#insert(again);
    }
  }

  #wakeAt(tick: number): void {
    this.#cancelWake?.();
    this.#wakeTick = tick;
    const delayMs = Math.max(tick * TICK_MS - this.#clock.nowMs, 1);
    this.#cancelWake = this.#wake(delayMs, () => {
      this.#cancelWake = undefined;
      // A timer that is started now knows nothing of those that are due before it.
      this.#wakeTick = Number.NEGATIVE_INFINITY;
      this.#runTurn(() => {
        this.#clock.refresh();
        this.advance();
      });
      this.#wakeTick = Number.POSITIVE_INFINITY;
      this.#wakeForNext();
    });
  }

  /** Sleeps until the next slot that has timers, at most one turn of the wheel. */
  #wakeForNext(): void {
    if (this.#count === 0) return;
    for (let ahead = 1; ahead <= SLOTS; ahead++) {
      const tick = this.#tick + ahead;
      if (this.#slots[tick & SLOT_MASK] === undefined) continue;
      this.#wakeAt(tick);
      return;
    }
  }
}

function tickOf(timeMs: number): number {
  return Math.floor(timeMs / TICK_MS);
}

function wakeBySetTimeout(delayMs: number, run: () => void): () => void {
  const handle = setTimeout(run, delayMs);
  return () => clearTimeout(handle);
}
