import { fromBinary, type Message } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { nodeFromJson } from '#config/document/node-from-json.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { readMessage } from '#config/reader/message-reader.ts';
import { ReadReport, type UnknownFields } from '#config/reader/read-report.ts';
import { findMessageType, type MessageTypeName } from '#config/registry.ts';
import type { MessageTypes } from '#gen/message-types.d.ts';

/** The full message name in a type URL: what follows the last slash. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

/** Whether the named message carries another one as JSON. */
export function isTypedStruct(name: string): boolean {
  return name === 'udpa.type.v1.TypedStruct' || name === 'xds.type.v3.TypedStruct';
}

/**
 * Unpacks the message that an `Any` carries, also through a TypedStruct; reports to the context and
 * returns nothing when it cannot. Unknown fields in a TypedStruct are for `inspectMessage` to
 * report, which every configuration has passed, so they are ignored unless asked for.
 */
export function unpackAny(
  context: ParseContext,
  any: Any,
  unknownFields: UnknownFields = 'ignore',
): Message | undefined {
  const name = typeNameOf(any.typeUrl);
  const packed = decode(context, name, any.value);
  const message = isTypedStruct(name) ? readTypedStruct(context, packed, unknownFields) : packed;
  return message && context.observeUnpacked(message);
}

function decode(context: ParseContext, name: string, bytes: Uint8Array): Message | undefined {
  const type = findMessageType(name);
  if (type === undefined) {
    context.error('the type is not known to Proa', { value: name });
    return undefined;
  }
  try {
    return fromBinary(type, bytes);
  } catch (error) {
    context.error(`the bytes do not decode as ${name}: ${(error as Error).message}`);
    return undefined;
  }
}

function readTypedStruct(
  context: ParseContext,
  struct: Message | undefined,
  unknownFields: UnknownFields,
): Message | undefined {
  if (struct === undefined) return undefined;
  const { typeUrl, value: content = {} } = struct as MessageTypes['udpa.type.v1.TypedStruct'];
  const type = findMessageType(typeNameOf(typeUrl));
  if (type === undefined) {
    context.at('type_url').error('the type is not known to Proa', { value: typeUrl });
    return undefined;
  }
  const report = new ReadReport(
    { positionAt: () => undefined, duplicateKeys: 'lastWins' },
    unknownFields,
  );
  const message = readMessage(type, nodeFromJson(content), context.at('value').path, report);
  context.errors.push(...report.errors);
  context.warnings.push(...report.warnings);
  return report.errors.length === 0 ? message : undefined;
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
