import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { type HttpFilterReader, messageReader } from '#connection-manager/http-filter-reader.ts';
import {
  HEADER_MUTATION_PER_ROUTE_TYPE,
  HEADER_MUTATION_TYPE,
  type HeaderMutationConfig,
  type HeaderMutationFilterConfig,
  type MutationsConfig,
  type QueryMutationConfig,
} from '#extensions/http-filters/header-mutation/header-mutation-config.ts';
import type { HeaderMutation } from '#gen/envoy/config/common/mutation_rules/v3/mutation_rules_pb.d.ts';
import type { KeyValueMutation } from '#gen/envoy/config/core/v3/base_pb.d.ts';
import type { Mutations } from '#gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import { parseStringMatcher } from '#matching/from-proto.ts';
import { parseHeaderAddition, parseHeaderValue } from '#routing/header-mutations-from-proto.ts';

const NOTHING: MutationsConfig = {
  request: [],
  query: [],
  requestTrailers: [],
  response: [],
  responseTrailers: [],
};

export const headerMutationReader: HttpFilterReader = {
  config: messageReader(
    HEADER_MUTATION_TYPE,
    ({ mutations, mostSpecificHeaderMutationsWins }, context): HeaderMutationFilterConfig => ({
      mutations: parseMutations(mutations, context.at('mutations')),
      mostSpecificWins: mostSpecificHeaderMutationsWins,
    }),
  ),
  perRoute: messageReader(HEADER_MUTATION_PER_ROUTE_TYPE, ({ mutations }, context) =>
    parseMutations(mutations, context.at('mutations')),
  ),
};

function parseMutations(message: Mutations | undefined, context: ParseContext): MutationsConfig {
  if (message === undefined) return NOTHING;
  const headers = (field: string, mutations: readonly HeaderMutation[]): HeaderMutationConfig[] =>
    mutations
      .map((mutation, index) => parseHeaderMutation(mutation, context.at(field).at(index)))
      .filter((mutation) => mutation !== undefined);
  return {
    request: headers('request_mutations', message.requestMutations),
    query: message.queryParameterMutations
      .map((mutation, index) =>
        parseQueryMutation(mutation, context.at('query_parameter_mutations').at(index)),
      )
      .filter((mutation) => mutation !== undefined),
    requestTrailers: headers('request_trailers_mutations', message.requestTrailersMutations),
    response: headers('response_mutations', message.responseMutations),
    responseTrailers: headers('response_trailers_mutations', message.responseTrailersMutations),
  };
}

function parseHeaderMutation(
  { action }: HeaderMutation,
  context: ParseContext,
): HeaderMutationConfig | undefined {
  switch (action.case) {
    case 'append':
      return { kind: 'append', addition: parseHeaderAddition(action.value, context.at('append')) };
    case 'remove':
      return { kind: 'remove', name: action.value.toLowerCase() };
    case 'removeOnMatch': {
      const { keyMatcher } = action.value;
      const at = context.at('remove_on_match').at('key_matcher');
      return keyMatcher && { kind: 'removeOnMatch', name: parseStringMatcher(keyMatcher, at) };
    }
    case undefined:
      return undefined;
  }
}

function parseQueryMutation(
  { append, remove }: KeyValueMutation,
  context: ParseContext,
): QueryMutationConfig | undefined {
  if (append === undefined) {
    if (remove !== '') return { kind: 'remove', name: byteStringOf(remove) };
    context.error('No mutation specified.');
    return undefined;
  }
  const at = context.at('append').at('record');
  const action =
    enumName('envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction', append.action) ??
    'APPEND_IF_EXISTS_OR_ADD';
  if (append.record === undefined) {
    at.error('No record specified for parameter mutation.');
    return undefined;
  }
  const { key, value } = append.record;
  if (value?.kind.case !== 'stringValue') {
    at.at('value').error('Only string value is allowed for record value.');
    return undefined;
  }
  const format = parseHeaderValue(value.kind.value, at.at('value'));
  return { kind: 'append', name: byteStringOf(key), value: format, action };
}
