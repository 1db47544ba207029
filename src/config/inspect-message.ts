import { type DescField, type DescMessage, getOption, type Message } from '@bufbuild/protobuf';
import type { GenExtension } from '@bufbuild/protobuf/codegenv2';
import type { Any, Duration, FieldOptions } from '@bufbuild/protobuf/wkt';
import { descriptors } from '#config/descriptors.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { findMessageType } from '#config/registry.ts';
import { checkMessageRules } from '#config/rules/message-check.ts';
import type { FieldSupport, SupportTable } from '#config/support/message-support.ts';
import { supportTable } from '#config/support/support-table.ts';
import { isTypedStruct, typeNameOf, unpackAny } from '#config/unpack-any.ts';

/** Values without a table of their own: what they mean is decided by the field that holds them. */
const valueTypes = /^google\.protobuf\.\w+$/;

export interface InspectOptions {
  readonly unknownFields: 'reject' | 'warn';
  readonly table?: SupportTable;
}

/**
 * Reports everything in a message, and in what it contains, that Envoy rejects by its validation
 * rules and everything that Proa does not support. Contents of a field that is refused are still
 * held against the rules, but not against the table.
 */
export function inspectMessage(
  type: DescMessage,
  message: Message,
  context: ParseContext,
  options: InspectOptions,
): void {
  new Inspector(options).message(type, message, context, true);
}

class Inspector {
  readonly #table: SupportTable;
  readonly #unknownFields: 'reject' | 'warn';

  constructor({ table = supportTable, unknownFields }: InspectOptions) {
    this.#table = table;
    this.#unknownFields = unknownFields;
  }

  message(type: DescMessage, message: Message, context: ParseContext, isSupported: boolean): void {
    if (type.typeName === 'google.protobuf.Any') {
      this.#any(message as Any, context, isSupported);
      return;
    }
    if (type.typeName === 'google.protobuf.Duration') checkDuration(message as Duration, context);
    if (valueTypes.test(type.typeName)) return;
    const fields = message as unknown as Record<string, unknown>;
    checkMessageRules(type, fields, (field, reason, value) => {
      const at = field === '' ? context : context.at(field);
      const shown = value === undefined ? '' : shownValue(value);
      at.error(reason, shown === '' ? {} : { value: shown });
    });
    const support = isSupported ? (this.#table[type.typeName] ?? {}) : undefined;
    for (const field of type.fields) {
      const value = setValue(field, fields);
      if (value === undefined) continue;
      const at = context.at(field.name);
      const fieldSupport = support?.[field.name];
      if (fieldSupport === 'opaque') continue;
      if (support !== undefined) reportSupport(field, value, fieldSupport, at);
      this.#contents(field, value, at, fieldSupport !== undefined && !isWarned(fieldSupport));
    }
  }

  #contents(field: DescField, value: unknown, context: ParseContext, isSupported: boolean): void {
    const type = field.message;
    // Structs and, outside of a oneof, wrappers are plain values.
    if (type === undefined || typeof value !== 'object') return;
    if (type.typeName === 'google.protobuf.Struct') return;
    if (field.fieldKind === 'list') {
      for (const [index, item] of (value as Message[]).entries()) {
        this.message(type, item, context.at(index), isSupported);
      }
    } else if (field.fieldKind === 'map') {
      for (const [key, item] of Object.entries(value as Record<string, Message>)) {
        this.message(type, item, context.at(key), isSupported);
      }
    } else {
      this.message(type, value as Message, context, isSupported);
    }
  }

  #any(any: Any, context: ParseContext, isSupported: boolean): void {
    if (any.typeUrl === '') return;
    const message = unpackAny(context, any, this.#unknownFields);
    if (message === undefined) return;
    const type = findMessageType(message.$typeName);
    if (type === undefined) return;
    if (isSupported && !(type.typeName in this.#table) && !valueTypes.test(type.typeName)) {
      context.error(notSupported(`the extension ${type.typeName}`));
    }
    const isKnown = isSupported && type.typeName in this.#table;
    const inner = isTypedStruct(typeNameOf(any.typeUrl)) ? context.at('value') : context;
    this.message(type, message, inner, isKnown);
  }
}

/** The value of a field that is set; by the rules of proto3 a plain zero value is not. */
function setValue(field: DescField, fields: Record<string, unknown>): unknown {
  if (field.oneof !== undefined) {
    const member = fields[field.oneof.localName] as { case?: string; value?: unknown };
    return member.case === field.localName ? member.value : undefined;
  }
  const value = fields[field.localName];
  switch (field.fieldKind) {
    case 'list':
      return (value as readonly unknown[]).length === 0 ? undefined : value;
    case 'map':
      return Object.keys(value as object).length === 0 ? undefined : value;
    case 'message':
      return value;
    default:
      return isZero(value) ? undefined : value;
  }
}

function isZero(value: unknown): boolean {
  return !value || (value instanceof Uint8Array && value.length === 0);
}

function reportSupport(
  field: DescField,
  value: unknown,
  support: FieldSupport | undefined,
  context: ParseContext,
): void {
  if (support === undefined) {
    context.error(notSupported(`the field ${field.name}`));
    return;
  }
  if (isWarned(support)) {
    context.warn(`ignored: ${support.warned}`);
    return;
  }
  if (typeof support === 'object') {
    for (const one of Array.isArray(value) ? value : [value]) {
      const name = field.enum?.value[one as number]?.name;
      if (name === undefined || support.values.includes(name)) continue;
      context.error(notSupported(`the value ${name}`));
    }
  }
  reportDeprecation(field, context);
}

function notSupported(what: string): string {
  return `${what} is valid in Envoy but not supported by Proa yet`;
}

function isWarned(support: FieldSupport): support is { readonly warned: string } {
  return typeof support === 'object' && 'warned' in support;
}

/** Envoy refuses some of its deprecated fields, and warns about the others. */
function reportDeprecation(field: DescField, context: ParseContext): void {
  if (!field.deprecated) return;
  const disallowed = descriptors().getExtension('envoy.annotations.disallowed_by_default') as
    | GenExtension<FieldOptions, boolean>
    | undefined;
  if (disallowed !== undefined && getOption(field, disallowed)) {
    context.error(`the field ${field.name} is deprecated and no longer allowed by Envoy`);
  } else {
    context.warn(`the field ${field.name} is deprecated in Envoy`);
  }
}

/** 292 years: the longest duration that fits 64 bits of nanoseconds, as Envoy requires. */
const maxDurationSeconds = 9_223_372_035n;

function checkDuration(duration: Duration, context: ParseContext): void {
  if (duration.seconds < 0n || duration.nanos < 0) {
    context.error('the duration must not be negative', { value: shownValue(duration) });
  } else if (duration.seconds > maxDurationSeconds || duration.nanos > 999_999_999) {
    context.error('the duration is out of range', { value: shownValue(duration) });
  }
}

function shownValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  if ('seconds' in value && 'nanos' in value) {
    return `${Number(value.seconds) + Number(value.nanos) / 1e9}s`;
  }
  return '…';
}
