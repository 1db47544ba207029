import type { DescField } from '@bufbuild/protobuf';
import { findMessageType } from '#config/registry.ts';
import type { JsonObject, JsonValue } from '#server/admin/json-value.ts';

const ANY_TYPE = 'google.protobuf.Any';

/** The full name of the message that a JSON object of type `Any` holds. */
export function typeNameOf(object: JsonObject): string {
  const url = object['@type'];
  return typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : '';
}

/** A message's field by its name in the proto file. */
export function findField(typeName: string, field: string): DescField | undefined {
  return findMessageType(typeName)?.fields.find(({ name }) => name === field);
}

/** The type of a repeated field's elements; undefined for any other field. */
export function elementTypeName(message: JsonObject, field: string): string | undefined {
  const found = findField(typeNameOf(message), field);
  return found?.fieldKind === 'list' ? found.message?.typeName : undefined;
}

/**
 * Keeps what the paths of a mask name. Undefined when one of them names no field, or goes on behind
 * a repeated one (`google.protobuf.FieldMask`).
 */
export function applyMask(paths: readonly string[], message: JsonObject): JsonObject | undefined {
  const typeName = typeNameOf(message);
  if (!paths.every((path) => isPath(typeName, path.split('.')))) return undefined;
  const kept = keep(
    message,
    paths.map((path) => path.split('.')),
  );
  return '@type' in message ? { '@type': message['@type'] as JsonValue, ...kept } : kept;
}

/**
 * The same for an element of a dump, where a path may go on into the configuration that its field
 * of type `Any` holds: `cluster.name`.
 */
export function maskResource(
  paths: readonly string[],
  element: JsonObject,
): JsonObject | undefined {
  const typeName = typeNameOf(element);
  let outer: string[] = [];
  const inner = new Map<string, string[]>();
  for (const path of paths) {
    const [first, ...rest] = path.split('.') as [string, ...string[]];
    const field = findField(typeName, first);
    const isAny = field?.fieldKind === 'message' && field.message.typeName === ANY_TYPE;
    outer = [...outer, isAny ? first : path];
    if (isAny && rest.length > 0) inner.set(first, [...(inner.get(first) ?? []), rest.join('.')]);
  }
  const masked = applyMask(outer, element);
  if (masked === undefined) return undefined;
  const replaced: Record<string, JsonValue> = { ...masked };
  for (const [field, innerPaths] of inner) {
    const configuration = masked[field] as JsonObject | undefined;
    if (configuration === undefined) continue;
    const maskedInner = applyMask(innerPaths, configuration);
    if (maskedInner === undefined) return undefined;
    replaced[field] = maskedInner;
  }
  return replaced;
}

function isPath(typeName: string, segments: readonly string[]): boolean {
  const [first, ...rest] = segments as [string, ...string[]];
  const field = findField(typeName, first);
  if (field === undefined) return false;
  if (rest.length === 0) return true;
  return field.fieldKind === 'message' && isPath(field.message.typeName, rest);
}

function keep(object: JsonObject, paths: readonly (readonly string[])[]): JsonObject {
  const kept: Record<string, JsonValue> = {};
  for (const [first, ...rest] of paths as readonly (readonly [string, ...string[]])[]) {
    const value = object[first];
    if (value === undefined) continue;
    if (rest.length === 0 || typeof value !== 'object' || value === null) kept[first] = value;
    else kept[first] = { ...(kept[first] as JsonObject), ...keep(value as JsonObject, [rest]) };
  }
  return kept;
}
