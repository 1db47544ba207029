import { create, createFileRegistry, fromBinary, type Message } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';

/**
 * The options that the program reads, by their field numbers: `validate.disabled`, `validate.rules`
 * and `validate.required` (1071), `envoy.annotations.disallowed_by_default` and its counterpart for
 * enum values, `udpa.annotations.sensitive`.
 */
const keptExtensions = new Set([1071, 189503207, 70100853, 76569463]);

/** Files that only declare options which are dropped. */
const droppedFiles =
  /^(?:google\/api\/(?:annotations|http|client|field_behavior|launch_stage)|(?:udpa|xds)\/annotations\/(?!sensitive|v3\/sensitive).*|envoy\/annotations\/resource)\.proto$/;

type Options = Pick<Message, '$unknown'>;

/**
 * Drops what the program never reads from a compiled descriptor set, so that it loads faster and
 * takes less memory: options for other languages and other tools, and files that declare them.
 */
export function pruneDescriptors(set: Uint8Array): FileDescriptorSet {
  const pruned = fromBinary(FileDescriptorSetSchema, set);
  pruned.file = pruned.file.filter((file) => !droppedFiles.test(file.name));
  for (const file of pruned.file) pruneFile(file);
  return pruned;
}

/** The files that declare the named messages, with everything that these files need. */
export function filesOf(set: FileDescriptorSet, messages: readonly string[]): FileDescriptorSet {
  const byName = new Map(set.file.map((file) => [file.name, file]));
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const dependency of byName.get(name)?.dependency ?? []) want(dependency);
  };
  const registry = createFileRegistry(set);
  for (const message of messages) {
    const found = registry.getMessage(message);
    if (found === undefined) throw new Error(`the API has no message ${message}`);
    want(found.file.proto.name);
  }
  const file = set.file.filter(({ name }) => wanted.has(name) || /annotations|validate/.test(name));
  return create(FileDescriptorSetSchema, { file });
}

function pruneFile(file: FileDescriptorProto): void {
  delete file.options;
  delete file.sourceCodeInfo;
  file.dependency = file.dependency.filter((name) => !droppedFiles.test(name));
  // Positions in the list of dependencies, which has changed; lookups do not need them.
  file.publicDependency = [];
  file.weakDependency = [];
  for (const service of file.service) {
    delete service.options;
    for (const method of service.method) delete method.options;
  }
  for (const message of file.messageType) pruneMessage(message);
  for (const one of file.enumType) pruneEnum(one);
}

function pruneMessage(message: DescriptorProto): void {
  message.reservedName = [];
  message.reservedRange = [];
  keepKnown(message.options);
  for (const field of message.field) keepKnown(field.options);
  for (const oneof of message.oneofDecl) keepKnown(oneof.options);
  for (const nested of message.nestedType) pruneMessage(nested);
  for (const one of message.enumType) pruneEnum(one);
}

function pruneEnum(one: EnumDescriptorProto): void {
  one.reservedName = [];
  one.reservedRange = [];
  keepKnown(one.options);
  for (const value of one.value) keepKnown(value.options);
}

function keepKnown(options: Options | undefined): void {
  if (options?.$unknown === undefined) return;
  options.$unknown = options.$unknown.filter(({ no }) => keptExtensions.has(no));
}
