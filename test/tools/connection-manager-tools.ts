import type { JsonObject } from '@bufbuild/protobuf';
import type { ConfigError } from '#config/config-error.ts';
import { ParseContext } from '#config/parse-context.ts';
import type { HttpConnectionManagerConfig } from '#connection-manager/connection-manager-config.ts';
import { parseHttpConnectionManager } from '#connection-manager/connection-manager-from-proto.ts';
import { parseRouteConfiguration } from '#routing/from-proto.ts';
import { messageOf } from './message-of.ts';

export const TYPE =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
export const EXTENSIONS = 'type.googleapis.com/envoy.extensions';
export const router = {
  name: 'router',
  typedConfig: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` },
};
export const other = {
  name: 'other',
  typedConfig: { '@type': `${EXTENSIONS}.request_id.uuid.v3.UuidRequestIdConfig` },
};
export const parsers = {
  parseRouteConfiguration: (
    context: ParseContext,
    message: Parameters<typeof parseRouteConfiguration>[0],
  ) => parseRouteConfiguration(message, context),
  parseHttpFilter: (
    _context: ParseContext,
    { name, disabled }: { name: string; disabled: boolean },
  ) =>
    name === 'refused'
      ? undefined
      : { type: 'other', name, isDisabled: disabled, config: { a: 1 } },
  parseHeadersToAdd: (_context: ParseContext, messages: readonly unknown[]) => ({
    remove: [],
    add: messages.map(() => ({
      name: 'x',
      value: 'y',
      action: 'APPEND_IF_EXISTS_OR_ADD' as const,
      keepsEmptyValue: false,
    })),
  }),
};

/** Reads a connection manager that has a router and an empty table, and what is given. */
export function parseManager(json: JsonObject): {
  readonly config: HttpConnectionManagerConfig | undefined;
  readonly errors: readonly ConfigError[];
  readonly warnings: readonly ConfigError[];
} {
  const context = ParseContext.root('typed_config');
  const message = messageOf(TYPE, {
    statPrefix: 'in',
    routeConfig: {},
    httpFilters: [router],
    ...json,
  });
  const config = parseHttpConnectionManager(context, 'hcm', message, parsers);
  return { config, errors: context.errors, warnings: context.warnings };
}
