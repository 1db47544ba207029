import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
  toBinary,
} from '@bufbuild/protobuf';
import { scalarZeroValue } from '@bufbuild/protobuf/reflect';
import { type Any, AnySchema, isWrapperDesc, StructSchema } from '@bufbuild/protobuf/wkt';
import { allDescriptors } from '#config/descriptors.ts';
import { type ConfigNode, type MapEntry, type MapNode } from '#config/document/config-node.ts';
import type { ReadReport } from '#config/reader/read-report.ts';
import { readScalar, reportKind } from '#config/reader/scalar-reader.ts';
import {
  readDuration,
  readFieldMask,
  readList,
  readStruct,
  readTimestamp,
  readValue,
} from '#config/reader/well-known-reader.ts';
import { findMessageType } from '#config/registry.ts';
import { suggest } from '#config/suggest.ts';

/** Messages that lists and nulls are values of. */
const freeForm = new Set(['google.protobuf.ListValue', 'google.protobuf.Value']);

type Fields = Record<string, unknown>;
type Oneof = { case?: string; value?: unknown };

/** Messages that the canonical JSON form does not write as a map of their fields. */
const ownJsonForm = new Set(
  'Any Duration FieldMask ListValue Struct Timestamp Value'
    .split(' ')
    .map((name) => `google.protobuf.${name}`),
);

/**
 * Reads a document into a message by the rules of the canonical JSON form with Envoy's leniencies:
 * names in snake_case or lowerCamelCase, enum names in any case, a single value where a list is
 * expected, `null` for "not set". Goes on after an error, so that all of them are reported.
 */
export function readMessage(
  type: DescMessage,
  node: ConfigNode,
  path: string,
  report: ReadReport,
): Message | undefined {
  switch (type.typeName) {
    case 'google.protobuf.Any':
      return readAny(node, path, report);
    case 'google.protobuf.Struct': {
      const value = readValue(node, path, report);
      if (value.kind.case === 'structValue') return value.kind.value;
      return reportKind('a map', node, path, report);
    }
    case 'google.protobuf.Value':
      return readValue(node, path, report);
    case 'google.protobuf.ListValue':
      return readList(node, path, report);
    case 'google.protobuf.FieldMask':
      return readFieldMask(node, path, report);
    case 'google.protobuf.Duration':
      if (node.kind !== 'map') return readDuration(node, path, report);
      break;
    case 'google.protobuf.Timestamp':
      if (node.kind !== 'map') return readTimestamp(node, path, report);
  }
  if (isWrapperDesc(type) && node.kind !== 'map') {
    const value = readScalar(type.fields[0].scalar, node, path, report);
    return value === undefined ? undefined : create(type, { value } as never);
  }
  if (node.kind !== 'map') return reportKind('a map', node, path, report);
  return readFields(type, node, path, report);
}

function readFields(type: DescMessage, node: MapNode, path: string, report: ReadReport): Message {
  const message = create(type);
  const written = new Map<DescField, string>();
  for (const { key, keyOffset, value } of withoutRepeats(node, path, report)) {
    const field = fieldsByKey(type).get(key);
    if (field === undefined) {
      reportUnknownField(type, key, keyOffset, path, report);
      continue;
    }
    const fieldPath = path === '' ? field.name : `${path}.${field.name}`;
    if (value.kind === 'null' && !isNullMeaningful(field)) continue;
    const before = written.get(field);
    if (before !== undefined) {
      const also = before === key ? '' : `, also as ${before}`;
      report.error(fieldPath, keyOffset, `the field is given twice${also}`);
    }
    written.set(field, key);
    readField(message as unknown as Fields, field, value, fieldPath, keyOffset, report);
  }
  return message;
}

/** In YAML the last of several equal keys counts, in JSON they are an error (see `readFields`). */
function withoutRepeats(node: MapNode, path: string, report: ReadReport): readonly MapEntry[] {
  if (report.duplicateKeys === 'reject') return node.entries;
  const last = new Map(node.entries.map((entry) => [entry.key, entry]));
  if (last.size === node.entries.length) return node.entries;
  return node.entries.filter((entry) => {
    if (last.get(entry.key) === entry) return true;
    const at = path === '' ? entry.key : `${path}.${entry.key}`;
    report.warn(at, entry.keyOffset, 'the key is given twice: the last one counts');
    return false;
  });
}

/** The fields of a message by their names in both spellings. */
const keyCache = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();
function fieldsByKey(type: DescMessage): ReadonlyMap<string, DescField> {
  let known = keyCache.get(type);
  if (known === undefined) {
    known = new Map(
      type.fields.flatMap((field) => [
        [field.name, field],
        [field.jsonName, field],
      ]),
    );
    keyCache.set(type, known);
  }
  return known;
}

function reportUnknownField(
  type: DescMessage,
  key: string,
  offset: number,
  path: string,
  report: ReadReport,
): void {
  const names = type.fields.map((field) => field.name);
  const snakeCase = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const parent = path === '' ? '' : `${path}.`;
  const suggestion = suggest(snakeCase, names);
  report.unknown(`${parent}${key}`, offset, `${type.typeName} has no such field`, { suggestion });
  if (suggestion !== undefined) report.meant.push(`${parent}${suggestion}`);
}

function isNullMeaningful(field: DescField): boolean {
  if (field.fieldKind === 'message') return field.message.typeName === 'google.protobuf.Value';
  return field.fieldKind === 'enum' && field.enum.typeName === 'google.protobuf.NullValue';
}

function readField(
  fields: Fields,
  field: DescField,
  node: ConfigNode,
  path: string,
  keyOffset: number,
  report: ReadReport,
): void {
  if (field.fieldKind === 'list') {
    readListItems(fields[field.localName] as unknown[], field, node, path, report);
    return;
  }
  if (field.fieldKind === 'map') {
    readMapEntries(fields[field.localName] as Fields, field, node, path, report);
    return;
  }
  const value = readSingular(field, node, path, report);
  if (field.oneof === undefined) {
    if (value !== undefined) fields[field.localName] = value;
    return;
  }
  const oneof = fields[field.oneof.localName] as Oneof;
  const other = field.oneof.fields.find((one) => one.localName === oneof.case);
  if (other !== undefined && other !== field) {
    const reason = `cannot be set together with ${other.name}: only one of them may be given`;
    report.error(path, keyOffset, reason);
    return;
  }
  // A member that cannot be read is set nevertheless: the user did choose it.
  fields[field.oneof.localName] = { case: field.localName, value: value ?? emptyValue(field) };
}

function emptyValue(field: DescField): unknown {
  if (field.scalar !== undefined) return scalarZeroValue(field.scalar, false);
  return field.message === undefined ? 0 : create(field.message);
}

function readListItems(
  items: unknown[],
  field: DescField & { fieldKind: 'list' },
  node: ConfigNode,
  path: string,
  report: ReadReport,
): void {
  // A list written twice, or a list within a list, continues the same list, as in Envoy.
  const nodes = node.kind === 'list' ? node.items : [node];
  const isFreeForm = freeForm.has(field.message?.typeName ?? '');
  for (const item of nodes) {
    if (item.kind === 'list' && !isFreeForm) {
      readListItems(items, field, item, path, report);
      continue;
    }
    const isEmpty = item.kind === 'null' && !isFreeForm;
    const at = `${path}[${items.length}]`;
    const value = isEmpty ? undefined : readSingular(field, item, at, report);
    // An item that cannot be read keeps its place, so that the others keep their paths.
    items.push(value ?? emptyValue(field));
  }
}

function readMapEntries(
  entries: Fields,
  field: DescField & { fieldKind: 'map' },
  node: ConfigNode,
  path: string,
  report: ReadReport,
): void {
  if (node.kind !== 'map') {
    reportKind('a map', node, path, report);
    return;
  }
  const seen = new Set<string>();
  for (const { key, keyOffset, value } of node.entries) {
    const entryPath = `${path}.${key}`;
    if (seen.has(key) && report.duplicateKeys === 'reject') {
      report.error(entryPath, keyOffset, 'the key is given twice');
    }
    seen.add(key);
    const keyNode = { kind: 'string', value: key, offset: keyOffset } as const;
    const read = readScalar(field.mapKey, keyNode, entryPath, report);
    const item = readSingular(field, value, entryPath, report);
    if (read === undefined || item === undefined) continue;
    Object.defineProperty(entries, String(read), {
      value: item,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
}

/** Reads one value of a field: the field itself, an item of its list, or a value of its map. */
function readSingular(
  field: DescField,
  node: ConfigNode,
  path: string,
  report: ReadReport,
): unknown {
  if (field.scalar !== undefined) return readScalar(field.scalar, node, path, report);
  if (field.enum !== undefined) return readEnum(field.enum, node, path, report);
  const type = field.message as DescMessage;
  const isPlainMember = field.fieldKind === 'message' && field.oneof === undefined;
  // protobuf-es keeps wrappers as plain scalars, and Structs as plain JSON objects.
  if (isPlainMember && isWrapperDesc(type)) {
    if (node.kind !== 'map') return readScalar(type.fields[0].scalar, node, path, report);
    return (readMessage(type, node, path, report) as { value?: unknown } | undefined)?.value;
  }
  if (type.typeName === StructSchema.typeName) return readStruct(node, path, report);
  return readMessage(type, node, path, report);
}

function readEnum(
  type: DescEnum,
  node: ConfigNode,
  path: string,
  report: ReadReport,
): number | undefined {
  if (node.kind === 'null' && type.typeName === 'google.protobuf.NullValue') return 0;
  if (node.kind === 'number' || (node.kind === 'string' && /^-?\d+$/.test(node.value))) {
    const value = Number(node.value);
    if (Number.isInteger(value) && Math.abs(value) <= 0x7fffffff) return value;
  }
  if (node.kind !== 'string') return reportKind('the name of an enum value', node, path, report);
  const name = node.value.toUpperCase();
  const found = type.values.find((value) => value.name.toUpperCase() === name);
  if (found !== undefined) return found.number;
  const names = type.values.map((value) => value.name);
  report.unknown(path, node.offset, `${type.typeName} has no such value`, {
    value: node.value,
    suggestion: suggest(node.value, names),
  });
  return undefined;
}

/** Reads an Any, whose map names the message in `@type`, and packs what it finds. */
function readAny(node: ConfigNode, path: string, report: ReadReport): Any | undefined {
  if (node.kind !== 'map') return reportKind('a map with "@type"', node, path, report);
  const entries = node.entries.filter(({ key }) => key !== '@type');
  const typeEntry = node.entries.find(({ key }) => key === '@type');
  if (typeEntry === undefined) {
    if (entries.length === 0) return create(AnySchema);
    report.error(path, node.offset, '"@type" is missing');
    return undefined;
  }
  const { value: typeNode } = typeEntry;
  const typePath = `${path}.@type`;
  if (typeNode.kind !== 'string') return reportKind('a type URL', typeNode, typePath, report);
  const typeUrl = typeNode.value;
  const type = /.\//.test(typeUrl) ? findMessageType(typeUrl.replace(/^.*\//s, '')) : undefined;
  if (type === undefined) {
    const hasHost = typeUrl.indexOf('/') > 0;
    const reason = hasHost
      ? 'the type is not known to Proa'
      : 'the type must be written as "type.googleapis.com/…"';
    const suggestion = hasHost ? suggestType(typeUrl) : undefined;
    report.error(typePath, typeNode.offset, reason, { value: typeUrl, suggestion });
    return undefined;
  }
  const message = readAnyContent(type, { ...node, entries }, path, report);
  if (message === undefined) return undefined;
  return create(AnySchema, { typeUrl, value: toBinary(type, message) });
}

function suggestType(typeUrl: string): string | undefined {
  const host = typeUrl.slice(0, typeUrl.lastIndexOf('/') + 1);
  const names = [...allDescriptors()].flatMap((one) =>
    one.kind === 'message' ? one.typeName : [],
  );
  const name = suggest(typeUrl.slice(host.length), names);
  return name && `${host}${name}`;
}

function readAnyContent(
  type: DescMessage,
  node: MapNode,
  path: string,
  report: ReadReport,
): Message | undefined {
  if (!ownJsonForm.has(type.typeName) && !isWrapperDesc(type)) {
    return readMessage(type, node, path, report);
  }
  const value = node.entries.find(({ key }) => key === 'value');
  if (value === undefined) return create(type);
  return readMessage(type, value.value, `${path}.value`, report);
}
