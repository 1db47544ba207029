import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { err, ok, type Result } from '#base/result.ts';
import type { ConfigError, ConfigPosition } from '#config/config-error.ts';
import type { ConfigDocument } from '#config/document/config-document.ts';
import { parseJson } from '#config/document/json-document.ts';
import { positionOfPath } from '#config/document/node-at-path.ts';
import { parseYaml } from '#config/document/yaml-document.ts';
import { inspectMessage } from '#config/inspect-message.ts';
import { ParseContext } from '#config/parse-context.ts';
import { readMessage } from '#config/reader/message-reader.ts';
import { ReadReport } from '#config/reader/read-report.ts';
import { messageType } from '#config/registry.ts';
import type { Bootstrap } from '#gen/envoy/config/bootstrap/v3/bootstrap_pb.d.ts';

/** A text that holds a bootstrap, and what to call it in errors. */
export interface BootstrapSource {
  readonly text: string;
  readonly fileName: string;
  readonly format: 'yaml' | 'json';
}

export interface LoadOptions {
  /** Fields and enum values that the API does not have: Envoy's `--allow-unknown-static-fields`. */
  readonly unknownFields: 'reject' | 'warn';
}

/** A bootstrap that Proa understands in every part. */
export interface LoadedBootstrap {
  readonly bootstrap: Bootstrap;
  readonly warnings: readonly ConfigError[];
  /** Where a path such as `static_resources.clusters[0].name` was written, or its innermost parent. */
  positionOf(path: string): ConfigPosition | undefined;
}

/**
 * Reads a bootstrap, with an optional second one merged over it as Envoy merges `--config-yaml`
 * over `--config-path`. Fails with everything that is wrong in any of them, in the order of the text.
 */
export function loadBootstrap(
  sources: readonly BootstrapSource[],
  options: LoadOptions,
): Result<LoadedBootstrap, ConfigError[]> {
  const type = messageType('envoy.config.bootstrap.v3.Bootstrap');
  const documents = sources.map(parse);
  const context = ParseContext.root();
  const messages: Bootstrap[] = [];
  for (const document of documents) {
    context.errors.push(...document.errors);
    context.warnings.push(...document.warnings);
    if (document.root === undefined) continue;
    const report = new ReadReport(document, options.unknownFields);
    const message = readMessage(type, document.root, '', report);
    context.errors.push(...report.errors);
    context.warnings.push(...report.warnings);
    if (message !== undefined) messages.push(message as Bootstrap);
  }
  const bootstrap = merge(messages);
  const positionOf = (path: string): ConfigPosition | undefined => positionOfPath(documents, path);
  inspectMessage(type, bootstrap, context, options);
  const locate = (error: ConfigError): ConfigError => {
    const position = error.position ?? positionOf(error.path);
    return position === undefined ? error : { ...error, position };
  };
  if (context.errors.length > 0) return err(inTextOrder(context.errors.map(locate)));
  return ok({ bootstrap, warnings: inTextOrder(context.warnings.map(locate)), positionOf });
}

function parse(source: BootstrapSource): ConfigDocument {
  const read = source.format === 'yaml' ? parseYaml : parseJson;
  return read(source.text, source.fileName);
}

/** What protobuf calls MergeFrom is what decoding does with two encodings, one after the other. */
function merge(messages: readonly Bootstrap[]): Bootstrap {
  const type = messageType('envoy.config.bootstrap.v3.Bootstrap');
  const [first, second] = messages;
  if (first === undefined) return create(type);
  if (second === undefined) return first;
  return fromBinary(type, Buffer.concat(messages.map((message) => toBinary(type, message))));
}

function inTextOrder(errors: readonly ConfigError[]): ConfigError[] {
  const line = (error: ConfigError): number => error.position?.line ?? 0;
  const column = (error: ConfigError): number => error.position?.column ?? 0;
  return errors.toSorted((one, other) => {
    return line(one) - line(other) || column(one) - column(other);
  });
}
