/**
 * Holds the support table against the code: records which fields of a message a function reads.
 *
 *     const reads = new FieldReads();
 *     for (const sample of sampleMessages('envoy.config.route.v3.RedirectAction')) {
 *       parseRedirect(reads.record(sample), reads.context());
 *     }
 *     t.same(reads.differences('envoy.config.route.v3.RedirectAction'), []);
 */
import type { DescField, DescMessage, Message } from '@bufbuild/protobuf';
import { ParseContext } from '#config/parse-context.ts';
import { findMessageType } from '#config/registry.ts';
import type { FieldSupport } from '#config/support/message-support.ts';
import { supportTable } from '#config/support/support-table.ts';

type Fields = Record<string, unknown>;

/** Whether a field has an effect only if somebody reads it. */
function mustBeRead(field: DescField, stated: FieldSupport): boolean {
  if (stated === 'opaque') return false;
  if (typeof stated === 'object') return 'values' in stated && stated.values.length > 1;
  // A message in which nothing is supported is there for its warnings.
  const held = Object.values(supportTable[field.message?.typeName ?? ''] ?? { any: 'supported' });
  return held.length === 0 || held.some((one) => one === 'supported');
}

export class FieldReads {
  readonly #reads = new Map<string, Set<string>>();

  /** Wraps a message, and every message that is reached through it. */
  record<Recorded extends Message>(message: Recorded): Recorded {
    return this.#wrap(message) as Recorded;
  }

  /** A context for the function, which records the extensions that it unpacks as well. */
  context(): ParseContext {
    return ParseContext.root('', (message) => this.#wrap(message));
  }

  /** The fields of a message type that were read, by their names in the proto file. */
  of(typeName: string): readonly string[] {
    return [...(this.#reads.get(typeName) ?? [])].sort();
  }

  /**
   * What the table says of the named types and the code does not do, or the other way round: a
   * supported field that nobody reads, or a field that is read without being supported.
   */
  differences(...typeNames: readonly string[]): string[] {
    return typeNames.flatMap((name) => {
      const reads = this.#reads.get(name) ?? new Set();
      const type = findMessageType(name);
      if (type === undefined) return [`${name}: no such message`];
      const support = supportTable[name];
      if (support === undefined) return [`${name}: not in the support table`];
      return type.fields.flatMap((field) => {
        const stated = support[field.name];
        if (stated === undefined) {
          return reads.has(field.name) ? [`${name}.${field.name}: read, but not supported`] : [];
        }
        if (reads.has(field.name) || !mustBeRead(field, stated)) return [];
        return [`${name}.${field.name}: supported, but not read`];
      });
    });
  }

  #note(type: DescMessage, field: DescField): void {
    let reads = this.#reads.get(type.typeName);
    if (reads === undefined) {
      reads = new Set();
      this.#reads.set(type.typeName, reads);
    }
    reads.add(field.name);
  }

  #wrap(message: Message): Message {
    const type = findMessageType(message.$typeName);
    if (type === undefined || type.typeName.startsWith('google.protobuf.')) return message;
    return new Proxy(message, {
      get: (target, key) => {
        const value = (target as unknown as Fields)[key as string];
        const field = type.fields.find((one) => one.localName === key && one.oneof === undefined);
        if (field !== undefined) {
          this.#note(type, field);
          return this.#wrapValue(field, value);
        }
        const oneof = type.oneofs.find((one) => one.localName === key);
        return oneof === undefined ? value : this.#wrapOneof(type, value as Fields);
      },
    });
  }

  /** A member of a oneof counts as read with its value, or with its name if it has no content. */
  #wrapOneof(type: DescMessage, member: Fields): Fields {
    const field = type.fields.find((one) => one.localName === member['case']);
    if (field === undefined) return member;
    const isEmpty = field.message !== undefined && field.message.fields.length === 0;
    return new Proxy(member, {
      get: (target, key) => {
        if (key === 'value' || (key === 'case' && isEmpty)) this.#note(type, field);
        return key === 'value' ? this.#wrapValue(field, target['value']) : target[key as string];
      },
    });
  }

  #wrapValue(field: DescField, value: unknown): unknown {
    if (field.message === undefined || typeof value !== 'object' || value === null) return value;
    if (field.fieldKind === 'list') return (value as unknown[]).map((one) => this.#wrapAny(one));
    if (field.fieldKind === 'map') {
      const entries = Object.entries(value).map(([key, one]) => [key, this.#wrapAny(one)]);
      return Object.fromEntries(entries);
    }
    return this.#wrapAny(value);
  }

  #wrapAny(value: unknown): unknown {
    const isMessage = typeof value === 'object' && value !== null && '$typeName' in value;
    return isMessage ? this.#wrap(value as Message) : value;
  }
}
