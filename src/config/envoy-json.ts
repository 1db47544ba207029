import {
  create,
  createFileRegistry,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Message,
  type Registry,
  toJson,
} from '@bufbuild/protobuf';
import {
  DescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { descriptors } from '#config/descriptors.ts';
import { findMessageType } from '#config/registry.ts';

/**
 * A message as Envoy's admin interface prints it: field names as in the proto file, enums by name,
 * fields with default values left out, every `Any` expanded behind its `@type`. An `Any` of a type
 * that Proa does not know is printed with its `@type` alone.
 */
export function toEnvoyJson(message: Message): JsonObject {
  const type = messageTypes.getMessage(message.$typeName);
  if (type === undefined) throw new Error(`the descriptor set lacks ${message.$typeName}`);
  const json = toJson(type, message, { useProtoFieldName: true, registry: messageTypes });
  return typesFirst(json) as JsonObject;
}

const standIns = new Map<string, DescMessage | undefined>();

/** Knows every message type; those that the API lacks are empty. */
const messageTypes: Registry = {
  kind: 'registry',
  [Symbol.iterator]: () => descriptors()[Symbol.iterator](),
  get: (name) => descriptors().get(name),
  getEnum: (name) => descriptors().getEnum(name),
  getExtension: (name) => descriptors().getExtension(name),
  getExtensionFor: (extendee, number) => descriptors().getExtensionFor(extendee, number),
  getService: (name) => descriptors().getService(name),
  getMessage(name) {
    const known = findMessageType(name);
    if (known !== undefined) return known;
    if (!standIns.has(name)) standIns.set(name, standInFor(name));
    return standIns.get(name);
  },
};

function standInFor(name: string): DescMessage | undefined {
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(name)) return undefined;
  const dot = name.lastIndexOf('.');
  const file = create(FileDescriptorProtoSchema, {
    name: `${name}.proto`,
    package: name.slice(0, Math.max(dot, 0)),
    syntax: 'proto3',
    messageType: [create(DescriptorProtoSchema, { name: name.slice(dot + 1) })],
  });
  const set = create(FileDescriptorSetSchema, { file: [file] });
  return createFileRegistry(set).getMessage(name);
}

/** Puts `@type` before the fields of its message, where people look for it. */
function typesFirst(json: JsonValue): JsonValue {
  if (Array.isArray(json)) return json.map(typesFirst);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([key, value]) => [key, typesFirst(value)] as const);
  const isType = ([key]: readonly [string, unknown]): boolean => key === '@type';
  return Object.fromEntries([
    ...entries.filter(isType),
    ...entries.filter((entry) => !isType(entry)),
  ]);
}
