/**
 * The message types of Envoy's API, by their full names.
 *
 * Types of messages are declared in `src/gen` (`npm run build:protos`) and exist at compile time
 * only, so they are always imported as types:
 *
 *     import type { RouteConfiguration } from '#gen/envoy/config/route/v3/route_pb.d.ts';
 *
 * The declared enums are types as well: read their values through `enumName`.
 */
import type { DescMessage, Message } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { allDescriptors, descriptors } from '#config/descriptors.ts';
import type { EnumNames, MessageTypes } from '#gen/message-types.d.ts';

/** The full name of a message, such as `envoy.config.route.v3.RouteConfiguration`. */
export type MessageTypeName = keyof MessageTypes;

/** The descriptor of a message that is known when the program is written. */
export function messageType<Name extends MessageTypeName>(
  name: Name,
): GenMessage<MessageTypes[Name] & Message> {
  const found = findMessageType(name);
  if (found === undefined) throw new Error(`the descriptor set lacks ${name}`);
  return found as GenMessage<MessageTypes[Name] & Message>;
}

/** The descriptor of a message named by a configuration, if there is one. */
export function findMessageType(name: string): DescMessage | undefined {
  return descriptors().getMessage(name) ?? allDescriptors().getMessage(name);
}

/**
 * The name of an enum's value; nothing where this version of the API has no such value.
 * `enumName('envoy.config.cluster.v3.Cluster.DiscoveryType', type)` is `'STATIC' | …`.
 */
export function enumName<Name extends keyof EnumNames>(
  name: Name,
  value: number,
): EnumNames[Name] | undefined {
  const found = descriptors().getEnum(name) ?? allDescriptors().getEnum(name);
  if (found === undefined) throw new Error(`the descriptor set lacks ${name}`);
  return found.value[value]?.name as EnumNames[Name] | undefined;
}

/** Whether a message is of the named type; narrows it. */
export function isMessageOf<Name extends MessageTypeName>(
  message: Message,
  name: Name,
): message is MessageTypes[Name] & Message {
  return message.$typeName === name;
}
