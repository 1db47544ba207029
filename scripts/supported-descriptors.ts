import { clone, createFileRegistry, type DescField, type FileRegistry } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { SupportTable } from '#config/support/message-support.ts';

/** Files that declare the options which the program reads are kept as they are. */
const optionFiles = /annotations|validate|descriptor/;

/**
 * What is needed of a descriptor set to read configurations that are supported in every part. It
 * loads in half the time. Messages that only refused fields hold keep their name and nothing else,
 * and messages that nothing refers to are left out: who meets one of them needs the whole set.
 */
export function supportedDescriptors(
  set: FileDescriptorSet,
  table: SupportTable,
  alsoNeeded: readonly string[],
): FileDescriptorSet {
  const supported = clone(FileDescriptorSetSchema, set);
  const reach = new Reach(createFileRegistry(set), table);
  for (const name of [...Object.keys(table), ...alsoNeeded]) reach.addWhole(name);
  for (const file of supported.file) {
    if (optionFiles.test(file.name)) continue;
    file.service = [];
    file.extension = [];
    reach.prune(file, file.package);
  }
  supported.file = supported.file.filter(
    ({ name, messageType, enumType }) =>
      optionFiles.test(name) || messageType.length + enumType.length > 0,
  );
  const kept = new Set(supported.file.map(({ name }) => name));
  for (const file of supported.file) {
    file.dependency = file.dependency.filter((name) => kept.has(name));
  }
  return supported;
}

class Reach {
  readonly #registry: FileRegistry;
  readonly #table: SupportTable;
  /** Messages with their fields. */
  readonly #whole = new Set<string>();
  /** Messages and enums of which the name is needed at least. */
  readonly #named = new Set<string>();

  constructor(registry: FileRegistry, table: SupportTable) {
    this.#registry = registry;
    this.#table = table;
  }

  addWhole(name: string): void {
    if (this.#whole.has(name)) return;
    this.#whole.add(name);
    this.#addName(name);
    const support = this.#table[name];
    for (const field of this.#registry.getMessage(name)?.fields ?? []) {
      const type = typeOf(field);
      if (type === undefined) continue;
      this.#addName(type);
      if (support === undefined || field.name in support) this.addWhole(type);
    }
  }

  /** Drops what is not needed of the messages and enums in a file or message. */
  prune(
    scope: { messageType: DescriptorProto[]; enumType: EnumDescriptorProto[] },
    prefix: string,
  ): void {
    scope.messageType = this.#keep(scope.messageType, prefix);
    scope.enumType = scope.enumType.filter(({ name }) => this.#named.has(`${prefix}.${name}`));
  }

  #keep(messages: readonly DescriptorProto[], prefix: string): DescriptorProto[] {
    return messages.filter((message) => {
      const name = `${prefix}.${message.name}`;
      const isMapOfKept = message.options?.mapEntry === true && this.#whole.has(prefix);
      if (!this.#named.has(name)) return isMapOfKept;
      message.nestedType = this.#keep(message.nestedType, name);
      message.enumType = message.enumType.filter((one) => this.#named.has(`${name}.${one.name}`));
      if (this.#whole.has(name)) return true;
      message.field = [];
      message.oneofDecl = [];
      return true;
    });
  }

  #addName(name: string): void {
    this.#named.add(name);
    const outer = this.#registry.getMessage(name)?.parent ?? this.#registry.getEnum(name)?.parent;
    if (outer !== undefined) this.#addName(outer.typeName);
  }
}

/** The message or enum that a field holds, if it holds one. */
function typeOf(field: DescField): string | undefined {
  return (field.message ?? field.enum)?.typeName;
}
