import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { descriptors } from '#config/descriptors.ts';
import { type MessageTypeName, messageType } from '#config/registry.ts';
import type { MessageTypes } from '#gen/message-types.d.ts';

/** A message of Envoy's API from protobuf's JSON, extensions included. */
export function messageOf<Name extends MessageTypeName>(
  name: Name,
  json: JsonValue,
): MessageTypes[Name] {
  return fromJson(messageType(name), json, { registry: descriptors() });
}
