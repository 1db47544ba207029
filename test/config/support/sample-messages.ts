import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { AnySchema, isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { findMessageType, type MessageTypeName, messageType } from '#config/registry.ts';
import { supportTable } from '#config/support/support-table.ts';
import type { MessageTypes } from '#gen/message-types.d.ts';

type Fields = Record<string, unknown>;

/** Messages within messages that are filled in; deeper ones stay empty. */
const maxDepth = 12;

/** What the extensions in a field may be, by the field's full name or by what holds it. */
const extensions: Readonly<Record<string, readonly MessageTypeName[]>> = {
  'envoy.config.listener.v3.Filter.typed_config': [
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  ],
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter.typed_config': [
    'envoy.extensions.filters.http.router.v3.Router',
    'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb',
  ],
  'envoy.config.route.v3.Route.typed_per_filter_config': ['envoy.config.route.v3.FilterConfig'],
  'envoy.config.route.v3.FilterConfig.config': [
    'envoy.extensions.filters.http.buffer.v3.BufferPerRoute',
  ],
  'envoy.config.accesslog.v3.AccessLog.typed_config': [
    'envoy.extensions.access_loggers.file.v3.FileAccessLog',
    'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
    'envoy.extensions.access_loggers.stream.v3.StderrAccessLog',
  ],
  'envoy.config.core.v3.TransportSocket.typed_config': [
    'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer',
  ],
  'envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension.typed_config': [
    'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig',
  ],
  'envoy.config.cluster.v3.Cluster.typed_extension_protocol_options': [
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  ],
  'envoy.config.cluster.v3.LoadBalancingPolicy.Policy.typed_extension_config': [
    'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin',
    'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
    'envoy.extensions.load_balancing_policies.random.v3.Random',
  ],
  'envoy.config.route.v3.RouteMatch.path_match_policy': [
    'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
  ],
  'envoy.config.route.v3.RouteAction.path_rewrite_policy': [
    'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig',
  ],
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.stateful_formatter': [
    'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig',
  ],
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.original_ip_detection_extensions':
    ['envoy.extensions.http.original_ip_detection.xff.v3.XffConfig'],
};

/**
 * Messages of a type in which the supported fields are set, not all of them in each, to anything of the
 * right type. Where there is a choice (alternatives, enum values, extensions) each message takes
 * another one, by a sequence that is the same every time.
 */
export function sampleMessages<Name extends MessageTypeName>(
  name: Name,
  count = 64,
): readonly MessageTypes[Name][] {
  const type = messageType(name);
  const samples = Array.from({ length: count }, (_, index) => new Sampler(index + 1).fill(type, 0));
  return samples as unknown as readonly MessageTypes[Name][];
}

function supportedFields(type: DescMessage): readonly DescField[] {
  const support = supportTable[type.typeName];
  return support === undefined ? type.fields : type.fields.filter(({ name }) => name in support);
}

/** Texts that must be more than any text, for what comes after them to be looked at. */
const texts: Readonly<Record<string, string>> = {
  address: '127.0.0.1',
  address_prefix: '127.0.0.0',
  path_template: '/{a}',
};

/** Extensions in a map are found by the names of their types. */
function keyFor(value: unknown): string {
  const typeUrl = (value as { typeUrl?: string }).typeUrl ?? '';
  return typeUrl === '' ? 'name' : typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

class Sampler {
  readonly #index: number;
  #state: number;

  constructor(index: number) {
    this.#index = index;
    this.#state = Math.imul(index, 0x9e3779b1);
  }

  /** The first choice goes through all there is, those below it come as they come. */
  #choose<Item>(items: readonly Item[], depth: number): Item | undefined {
    if (depth === 0) return items[this.#index % items.length];
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return items[(this.#state >>> 16) % items.length];
  }

  fill(type: DescMessage, depth: number, owner = ''): Message {
    const message = create(type);
    if (depth > maxDepth || type.typeName.startsWith('google.protobuf.')) return message;
    const fields = message as unknown as Fields;
    const supported = supportedFields(type);
    for (const field of supported) {
      // Some fields matter only where others are not set.
      const odds = field.message === undefined ? [true, false] : [true, true, true, false];
      if (field.oneof !== undefined || (depth > 0 && !this.#choose(odds, depth))) continue;
      fields[field.localName] = this.#value(field, depth, owner);
    }
    for (const oneof of type.oneofs) {
      const members = supported.filter((field) => field.oneof === oneof);
      const member = this.#choose(members, depth);
      if (member === undefined) continue;
      const value = this.#value(member, depth, owner);
      fields[oneof.localName] = { case: member.localName, value };
    }
    return message;
  }

  #value(field: DescField, depth: number, owner: string): unknown {
    const value = this.#item(field, depth, owner);
    if (field.fieldKind === 'list') return [value];
    if (field.fieldKind === 'map') return { [keyFor(value)]: value };
    return value;
  }

  #item(field: DescField, depth: number, owner: string): unknown {
    if (field.scalar !== undefined) return texts[field.name] ?? scalarValue(field.scalar);
    if (field.enum !== undefined) return this.#enumValue(field, depth);
    const type = field.message as DescMessage;
    const name = `${field.parent.typeName}.${field.name}`;
    if (type.typeName === 'google.protobuf.Any') return this.#extension(name, owner, depth);
    if (type.typeName === 'google.protobuf.Struct') return { name: 'value' };
    if (type.typeName === 'google.protobuf.Value') {
      return create(type, { kind: { case: 'stringValue', value: 'text' } } as never);
    }
    if (type.typeName === 'google.protobuf.Duration') return create(type, { seconds: 1n } as never);
    if (!isWrapperDesc(type)) return this.fill(type, depth + 1, name);
    const value = scalarValue(type.fields[0].scalar);
    const isPlain = field.fieldKind === 'message' && field.oneof === undefined;
    return isPlain ? value : create(type, { value } as never);
  }

  #enumValue(field: DescField, depth: number): number {
    const support = supportTable[field.parent.typeName]?.[field.name];
    const names = typeof support === 'object' && 'values' in support ? support.values : undefined;
    const values = field.enum?.values.filter(
      ({ name }) => names === undefined || names.includes(name),
    );
    return this.#choose(values ?? [], depth)?.number ?? 0;
  }

  #extension(field: string, owner: string, depth: number): Message {
    const name = this.#choose(extensions[field] ?? extensions[owner] ?? [], depth + 1);
    const type = name && findMessageType(name);
    if (type === undefined) return create(AnySchema);
    const value = toBinary(type, this.fill(type, depth + 1));
    return create(AnySchema, { typeUrl: `type.googleapis.com/${type.typeName}`, value });
  }
}

function scalarValue(type: ScalarType): unknown {
  switch (type) {
    case ScalarType.STRING:
      return 'text';
    case ScalarType.BOOL:
      return true;
    case ScalarType.BYTES:
      return new Uint8Array([116]);
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
    case ScalarType.SINT64:
      return 1n;
    default:
      return 1;
  }
}
