import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { ParseContext } from '#config/parse-context.ts';
import {
  type HttpFilterReader,
  httpFilterParser,
  messageReader,
  perFilterConfigParser,
} from '#connection-manager/http-filter-reader.ts';
import type { RouteConfiguration } from '#routing/route-config.ts';
import { messageOf } from '../tools/message-of.ts';
import { readRoutes } from '../tools/route-tools.ts';

const FOLDER = 'envoy.extensions.filters.http';
const FILTER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter';
const WRAPPER = 'envoy.config.route.v3.FilterConfig';

const readers: readonly HttpFilterReader[] = [
  {
    config: messageReader(`${FOLDER}.buffer.v3.Buffer`, ({ maxRequestBytes }, context) => {
      if (maxRequestBytes === 13) context.at('max_request_bytes').error('unlucky');
      return maxRequestBytes === 13 ? undefined : { max: maxRequestBytes };
    }),
    perRoute: messageReader(`${FOLDER}.buffer.v3.BufferPerRoute`, ({ override }) => ({
      case: override.case,
    })),
  },
  { config: messageReader(`${FOLDER}.grpc_web.v3.GrpcWeb`, () => ({})) },
];

function typed(type: string, fields: JsonObject = {}): JsonObject {
  return { '@type': `type.googleapis.com/${type}`, ...fields };
}

function readFilter(typedConfig: JsonObject): { filter: unknown; errors: readonly string[] } {
  const context = ParseContext.root('f');
  const message = messageOf(FILTER, { name: 'mine', disabled: true, typedConfig });
  const filter = httpFilterParser(readers)(context, message);
  return { filter, errors: context.errors.map(({ path, reason }) => `${path}: ${reason}`) };
}

t.test('a filter is read by the type of its configuration', async (t) => {
  t.strictSame(readFilter(typed(`${FOLDER}.buffer.v3.Buffer`, { maxRequestBytes: 5 })), {
    filter: {
      type: `${FOLDER}.buffer.v3.Buffer`,
      name: 'mine',
      isDisabled: true,
      config: { max: 5 },
    },
    errors: [],
  });
});

t.test('a configuration may come as a struct with its type beside it', async (t) => {
  const struct = typed('xds.type.v3.TypedStruct', {
    typeUrl: `type.googleapis.com/${FOLDER}.buffer.v3.Buffer`,
    value: { max_request_bytes: 7 },
  });
  t.match(readFilter(struct).filter, {
    type: `${FOLDER}.buffer.v3.Buffer`,
    config: { max: 7 },
  });
});

t.test('filters that nobody reads, and configurations that are wrong, are refused', async (t) => {
  t.strictSame(readFilter(typed(`${FOLDER}.router.v3.Router`)), {
    filter: undefined,
    errors: ['f: this HTTP filter is not supported by Proa yet'],
  });
  t.strictSame(readFilter(typed(`${FOLDER}.buffer.v3.Buffer`, { maxRequestBytes: 13 })), {
    filter: undefined,
    errors: ['f.typed_config.max_request_bytes: unlucky'],
  });
});

function readPerFilter(typedPerFilterConfig: JsonObject): {
  configs: RouteConfiguration['perFilterConfigs'];
  errors: readonly string[];
} {
  const parsePerFilterConfig = perFilterConfigParser(readers);
  const { config, errors } = readRoutes({ typedPerFilterConfig }, { parsePerFilterConfig });
  return { configs: config.perFilterConfigs, errors: errors.map(({ reason }) => reason) };
}

t.test('routes speak to filters by name, in the filter’s own terms', async (t) => {
  const disabled = typed(`${FOLDER}.buffer.v3.BufferPerRoute`, { disabled: true });
  t.strictSame(
    readPerFilter({
      plain: disabled,
      wrapped: typed(WRAPPER, { config: disabled }),
      off: typed(WRAPPER, { disabled: true }),
      on: typed(WRAPPER, { config: {} }),
    }),
    {
      configs: {
        plain: { isDisabled: false, config: { case: 'disabled' } },
        wrapped: { isDisabled: false, config: { case: 'disabled' } },
        off: { isDisabled: true, config: undefined },
        on: { isDisabled: false, config: undefined },
      },
      errors: [],
    },
  );
});

t.test('what a filter does not take is refused, unless it is optional', async (t) => {
  const web = typed(`${FOLDER}.grpc_web.v3.GrpcWeb`);
  const refusal = "The filter a doesn't support virtual host or route specific configurations";
  t.strictSame(readPerFilter({ a: web }).errors, [refusal]);
  t.strictSame(readPerFilter({ a: typed(WRAPPER, { config: web }) }).errors, [refusal]);
  t.strictSame(readPerFilter({ a: typed(`${FOLDER}.router.v3.Router`) }).errors, [refusal]);
  t.strictSame(readPerFilter({ a: typed('google.protobuf.StringValue', { value: 'x' }) }).errors, [
    "Didn't find a registered implementation for 'a'",
  ]);
  const optional = typed(WRAPPER, { config: web, isOptional: true });
  t.strictSame(readPerFilter({ a: optional }).errors, []);
});
