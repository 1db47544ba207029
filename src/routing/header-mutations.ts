import type { HeaderMap, RequestHeaders, ResponseHeaders } from '#http/header-map.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

export type AppendAction =
  | 'APPEND_IF_EXISTS_OR_ADD'
  | 'ADD_IF_ABSENT'
  | 'OVERWRITE_IF_EXISTS_OR_ADD'
  | 'OVERWRITE_IF_EXISTS';

/** One `envoy.config.core.v3.HeaderValueOption`; the name is in lower case. */
export interface HeaderAdditionConfig {
  readonly name: string;
  /** Constant text as a byte string. */
  readonly value: string;
  readonly action: AppendAction;
  readonly keepsEmptyValue: boolean;
}

/** What one level of the route configuration does to the headers of a message. */
export interface HeaderMutationsConfig {
  /** Lower-case names, removed before anything is added. */
  readonly remove: readonly string[];
  readonly add: readonly HeaderAdditionConfig[];
}

/** Applies the mutations of one level. */
export class HeaderMutations {
  readonly #config: HeaderMutationsConfig;

  constructor(config: HeaderMutationsConfig) {
    this.#config = config;
  }

  /** Values may be formatted from the stream and the headers of both directions. */
  apply(
    headers: HeaderMap,
    _info: StreamInfo,
    _requestHeaders: RequestHeaders | undefined,
    _responseHeaders: ResponseHeaders | undefined,
  ): void {
    for (const name of this.#config.remove) headers.remove(name);
    for (const { name, value, action, keepsEmptyValue } of this.#config.add) {
      if (value === '' && !keepsEmptyValue) continue;
      switch (action) {
        case 'APPEND_IF_EXISTS_OR_ADD':
          headers.append(name, value);
          break;
        case 'ADD_IF_ABSENT':
          if (!headers.has(name)) headers.append(name, value);
          break;
        case 'OVERWRITE_IF_EXISTS_OR_ADD':
          headers.set(name, value);
          break;
        case 'OVERWRITE_IF_EXISTS':
          if (headers.has(name)) headers.set(name, value);
      }
    }
  }
}
