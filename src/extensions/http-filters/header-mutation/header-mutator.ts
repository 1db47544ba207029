import type { HeaderMutationConfig } from '#extensions/http-filters/header-mutation/header-mutation-config.ts';
import type { HeaderMap } from '#http/header-map.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { buildStringMatcher } from '#matching/string-matcher.ts';
import { HeaderMutations } from '#routing/header-mutations.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** Changes the fields of one header map; values may be formatted from both heads of the stream. */
export type HeaderMutator = (
  headers: HeaderMap,
  info: StreamInfo,
  requestHeaders: RequestHeaders | undefined,
  responseHeaders: ResponseHeaders | undefined,
) => void;

export function buildHeaderMutators(
  configs: readonly HeaderMutationConfig[],
  direction: 'request' | 'response',
): readonly HeaderMutator[] {
  return configs.map((config) => buildHeaderMutator(config, direction));
}

function buildHeaderMutator(
  config: HeaderMutationConfig,
  direction: 'request' | 'response',
): HeaderMutator {
  switch (config.kind) {
    case 'append': {
      // One at a time: a later one sees what an earlier one did.
      const mutations = new HeaderMutations({ remove: [], add: [config.addition] }, direction);
      return (...args) => mutations.apply(...args);
    }
    case 'remove':
      return (headers) => headers.remove(config.name);
    case 'removeOnMatch': {
      const matches = buildStringMatcher(config.name);
      return (headers) => headers.removeIf((name) => matches(name));
    }
  }
}
