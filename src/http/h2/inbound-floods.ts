import { Flag, FrameType } from '#http/h2/frame-type.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';

/** The statistic of each. */
export type InboundFlood =
  | 'inbound_empty_frames_flood'
  | 'inbound_priority_frames_flood'
  | 'inbound_window_update_frames_flood';

/** WINDOW_UPDATE frames that are always allowed, as in Envoy. */
const WINDOW_UPDATES_MIN = 5;
/** Changes of SETTINGS_INITIAL_WINDOW_SIZE that are always allowed: some peers measure with them. */
const WINDOW_CHANGES_MIN = 100;

/** Counts frames that cost the peer nothing and us something (Envoy's `ProtocolConstraints`). */
export class InboundFloods {
  readonly #emptyMax: number;
  readonly #prioritiesPerStream: number;
  readonly #windowUpdatesPerData: number;
  #empty = 0;
  #priorities = 0;
  #windowUpdates = 0;
  #windowChanges = 0;
  #streams = 0;
  #dataFramesSent = 0;

  constructor(options: Http2Options) {
    this.#emptyMax = options.maxConsecutiveInboundFramesWithEmptyPayload;
    this.#prioritiesPerStream = options.maxInboundPriorityFramesPerStream;
    this.#windowUpdatesPerData = options.maxInboundWindowUpdateFramesPerDataFrameSent;
  }

  countStream(): void {
    this.#streams++;
  }

  countDataSent(): void {
    this.#dataFramesSent++;
  }

  /** DATA, HEADERS or CONTINUATION came, with so many bytes beside its padding. */
  payload(flags: number, length: number): InboundFlood | undefined {
    if (length > 0 || (flags & Flag.END_STREAM) !== 0) {
      this.#empty = 0;
      return undefined;
    }
    return ++this.#empty > this.#emptyMax ? 'inbound_empty_frames_flood' : undefined;
  }

  /** A frame of another type came. */
  other(type: number): InboundFlood | undefined {
    if (type === FrameType.PRIORITY) {
      const isFlood = ++this.#priorities > this.#prioritiesPerStream * (1 + this.#streams);
      return isFlood ? 'inbound_priority_frames_flood' : undefined;
    }
    if (type !== FrameType.WINDOW_UPDATE) return undefined;
    const allowed = this.#streams + this.#windowUpdatesPerData * this.#dataFramesSent;
    const isFlood = ++this.#windowUpdates > WINDOW_UPDATES_MIN + 2 * allowed;
    return isFlood ? 'inbound_window_update_frames_flood' : undefined;
  }

  /** SETTINGS changed the windows of all streams; false: too often for what was done meanwhile. */
  mayChangeWindows(): boolean {
    return ++this.#windowChanges <= WINDOW_CHANGES_MIN + this.#streams + this.#dataFramesSent;
  }
}
