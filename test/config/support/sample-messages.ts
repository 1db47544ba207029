import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
} from '@bufbuild/protobuf';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import { findMessageType, type MessageTypeName } from '#config/registry.ts';
import { supportTable } from '#config/support/support-table.ts';
import type { MessageTypes } from '#gen/message-types.d.ts';

type Fields = Record<string, unknown>;

/** Messages within messages that are filled in; deeper ones stay empty. */
const maxDepth = 4;

/**
 * Messages of a type in which together every supported field is set at least once, to anything of
 * the right type: as many as its oneofs (and those of the messages in it) have alternatives.
 */
export function sampleMessages<Name extends MessageTypeName>(
  name: Name,
): readonly MessageTypes[Name][] {
  const type = findMessageType(name);
  if (type === undefined) throw new Error(`no message ${name}`);
  const samples: Message[] = [];
  for (let variant = 0; variant < alternatives(type, maxDepth); variant += 1) {
    samples.push(fill(type, variant, maxDepth));
  }
  return samples as unknown as readonly MessageTypes[Name][];
}

function supportedFields(type: DescMessage): readonly DescField[] {
  const support = supportTable[type.typeName];
  return support === undefined ? type.fields : type.fields.filter((field) => field.name in support);
}

/** How many variants it takes until every alternative of every oneof had its turn. */
function alternatives(type: DescMessage, depth: number): number {
  if (depth === 0 || type.typeName.startsWith('google.protobuf.')) return 1;
  const fields = supportedFields(type);
  const ofOneofs = type.oneofs.map((oneof) => fields.filter((f) => f.oneof === oneof).length);
  const inside = fields.map((field) =>
    field.message === undefined ? 1 : alternatives(field.message, depth - 1),
  );
  return Math.max(1, ...ofOneofs) * Math.max(1, ...inside);
}

function fill(type: DescMessage, variant: number, depth: number): Message {
  const message = create(type);
  if (depth === 0 || type.typeName.startsWith('google.protobuf.')) return message;
  const fields = message as unknown as Fields;
  const supported = supportedFields(type);
  const widest = Math.max(
    1,
    ...type.oneofs.map((oneof) => supported.filter((field) => field.oneof === oneof).length),
  );
  const inner = Math.floor(variant / widest);
  for (const field of supported) {
    if (field.oneof === undefined) fields[field.localName] = fieldValue(field, inner, depth);
  }
  for (const oneof of type.oneofs) {
    const members = supported.filter((field) => field.oneof === oneof);
    const member = members[variant % Math.max(1, members.length)];
    if (member === undefined) continue;
    fields[oneof.localName] = { case: member.localName, value: fieldValue(member, inner, depth) };
  }
  return message;
}

function fieldValue(field: DescField, variant: number, depth: number): unknown {
  const value = itemValue(field, variant, depth);
  if (field.fieldKind === 'list') return [value];
  if (field.fieldKind === 'map') return { name: value };
  return value;
}

function itemValue(field: DescField, variant: number, depth: number): unknown {
  if (field.scalar !== undefined) return scalarValue(field.scalar);
  if (field.enum !== undefined) return field.enum.values.at(-1)?.number ?? 0;
  const type = field.message as DescMessage;
  if (type.typeName === 'google.protobuf.Struct') return { name: 'value' };
  if (type.typeName === 'google.protobuf.Duration') return create(type, { seconds: 1n } as never);
  if (!isWrapperDesc(type)) return fill(type, variant, depth - 1);
  const value = scalarValue(type.fields[0].scalar);
  const isPlain = field.fieldKind === 'message' && field.oneof === undefined;
  return isPlain ? value : create(type, { value } as never);
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
