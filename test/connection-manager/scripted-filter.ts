import {
  type FilterDataStatus,
  type FilterFactory,
  type FilterHeadersStatus,
  type FilterTrailersStatus,
  StreamFilter,
  type StreamFilterCallbacks,
} from '#connection-manager/filter.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

/** What a scripted filter does in each of its calls; without a script it continues. */
export interface FilterScript {
  decodeHeaders?: (self: ScriptedFilter, endStream: boolean) => FilterHeadersStatus | undefined;
  decodeData?: (self: ScriptedFilter, endStream: boolean) => FilterDataStatus | undefined;
  decodeTrailers?: (self: ScriptedFilter) => FilterTrailersStatus | undefined;
  encode1xxHeaders?: (self: ScriptedFilter) => FilterTrailersStatus | undefined;
  encodeHeaders?: (self: ScriptedFilter, endStream: boolean) => FilterHeadersStatus | undefined;
  encodeData?: (self: ScriptedFilter, endStream: boolean) => FilterDataStatus | undefined;
  encodeTrailers?: (self: ScriptedFilter) => FilterTrailersStatus | undefined;
}

/** A filter that writes down what it saw and does what it was told. */
export class ScriptedFilter extends StreamFilter {
  readonly name: string;
  readonly #script: FilterScript;
  readonly #seen: string[];

  constructor(
    callbacks: StreamFilterCallbacks,
    name: string,
    script: FilterScript,
    seen: string[],
  ) {
    super(callbacks);
    this.name = name;
    this.#script = script;
    this.#seen = seen;
  }

  get stream(): StreamFilterCallbacks {
    return this.callbacks;
  }

  override decodeHeaders(headers: RequestHeaders, endStream: boolean): FilterHeadersStatus {
    this.#note(`decodeHeaders ${headers.method} ${headers.path}`, endStream);
    return this.#script.decodeHeaders?.(this, endStream) ?? 'continue';
  }

  override decodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    this.#note(`decodeData ${bytes.toString('latin1')}`, endStream);
    return this.#script.decodeData?.(this, endStream) ?? 'continue';
  }

  override decodeTrailers(): FilterTrailersStatus {
    this.#note('decodeTrailers', false);
    return this.#script.decodeTrailers?.(this) ?? 'continue';
  }

  override encode1xxHeaders(headers: ResponseHeaders): FilterTrailersStatus {
    this.#note(`encode1xxHeaders ${headers.status}`, false);
    return this.#script.encode1xxHeaders?.(this) ?? 'continue';
  }

  override encodeHeaders(headers: ResponseHeaders, endStream: boolean): FilterHeadersStatus {
    this.#note(`encodeHeaders ${headers.status}`, endStream);
    return this.#script.encodeHeaders?.(this, endStream) ?? 'continue';
  }

  override encodeData(bytes: Buffer, endStream: boolean): FilterDataStatus {
    this.#note(`encodeData ${bytes.toString('latin1')}`, endStream);
    return this.#script.encodeData?.(this, endStream) ?? 'continue';
  }

  override encodeTrailers(_trailers: HeaderMap): FilterTrailersStatus {
    this.#note('encodeTrailers', false);
    return this.#script.encodeTrailers?.(this) ?? 'continue';
  }

  override onDestroy(): void {
    this.#note('onDestroy', false);
  }

  #note(what: string, endStream: boolean): void {
    this.#seen.push(`${this.name} ${what}${endStream ? ' end' : ''}`);
  }
}

/** Makes scripted filters of one name; all write into the same list. */
export function scripted(
  name: string,
  script: FilterScript,
  seen: string[],
  isDisabled = false,
): FilterFactory {
  return {
    name,
    isDisabled,
    create: (callbacks) => new ScriptedFilter(callbacks, name, script, seen),
  };
}
