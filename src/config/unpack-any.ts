import { fromBinary, type Message } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { ParseContext } from '#config/parse-context.ts';
import { findMessageType, type MessageTypeName } from '#config/registry.ts';
import type { MessageTypes } from '#gen/message-types.d.ts';

/** The full message name in a type URL: what follows the last slash. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

/** Unpacks the message that an `Any` carries; reports and returns nothing when it cannot. */
export function unpackAny(context: ParseContext, any: Any): Message | undefined {
  const type = findMessageType(typeNameOf(any.typeUrl));
  if (type === undefined) {
    context.error('the type is not known to Proa', { value: any.typeUrl });
    return undefined;
  }
  try {
    return fromBinary(type, any.value);
  } catch (error) {
    context.error(`the bytes do not decode as ${type.typeName}: ${(error as Error).message}`);
    return undefined;
  }
}

/** Unpacks an `Any` that must carry one of the named types; narrow the result by `$typeName`. */
export function unpackAnyAs<Name extends MessageTypeName>(
  context: ParseContext,
  any: Any,
  names: readonly Name[],
): MessageTypes[Name] | undefined {
  const message = unpackAny(context, any);
  if (message === undefined) return undefined;
  if ((names as readonly string[]).includes(message.$typeName)) {
    return message as MessageTypes[Name];
  }
  context.error(`the type must be ${names.join(' or ')}`, { value: message.$typeName });
  return undefined;
}
