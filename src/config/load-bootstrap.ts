import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { err, ok, type Result } from '#base/result.ts';
import { checkReferences } from '#config/check-references.ts';
import type { ConfigError, ConfigPosition } from '#config/config-error.ts';
import type { ConfigDocument } from '#config/document/config-document.ts';
import { parseJson } from '#config/document/json-document.ts';
import { positionOfPath } from '#config/document/node-at-path.ts';
import { parseYaml } from '#config/document/yaml-document.ts';
import { firstErrors } from '#config/first-errors.ts';
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

export interface LoadOptions<Parsed> {
  /** Fields and enum values that the API does not have: Envoy's `--allow-unknown-static-fields`. */
  readonly unknownFields: 'reject' | 'warn';
  /**
   * Turns the message into internal types. It is called although there are errors already, so that
   * a user sees all of them at once; then its result is not used.
   */
  readonly parse: (bootstrap: Bootstrap, context: ParseContext) => Parsed;
}

/** A bootstrap that Proa understands in every part. */
export interface LoadedBootstrap<Parsed> {
  readonly bootstrap: Bootstrap;
  readonly parsed: Parsed;
  readonly warnings: readonly ConfigError[];
  /** Where a path such as `static_resources.clusters[0].name` was written, or its innermost parent. */
  positionOf(path: string): ConfigPosition | undefined;
}

/**
 * Reads a bootstrap; of several sources each is merged over those before it, as Envoy merges
 * `--config-yaml` over `--config-path`. Fails with everything that is wrong, in the order of the
 * text.
 */
export function loadBootstrap<Parsed>(
  sources: readonly BootstrapSource[],
  options: LoadOptions<Parsed>,
): Result<LoadedBootstrap<Parsed>, ConfigError[]> {
  const documents = sources.map(({ text, fileName, format }) =>
    format === 'yaml' ? parseYaml(text, fileName) : parseJson(text, fileName),
  );
  const syntaxErrors = documents.flatMap((document) => document.errors);
  if (syntaxErrors.length > 0) return err(syntaxErrors);

  const reports = documents.map((document) => new ReadReport(document, options.unknownFields));
  const bootstrap = merge(
    documents.map((document, index) => readBootstrap(document, reports[index] as ReadReport)),
  );
  const passes = [ParseContext.root(), ParseContext.root(), ParseContext.root()] as const;
  inspectMessage(messageType(bootstrap.$typeName), bootstrap, passes[0], options);
  checkReferences(bootstrap, passes[1]);
  const parsed = options.parse(bootstrap, passes[2]);

  const positionOf = (path: string): ConfigPosition | undefined => positionOfPath(documents, path);
  const locate = (error: ConfigError): ConfigError => {
    const position = error.position ?? positionOf(error.path);
    return position === undefined ? error : { ...error, position };
  };
  const files = sources.map((source) => source.fileName);
  const collect = (kind: 'errors' | 'warnings'): ConfigError[] => {
    const read = reports.flatMap((report) => report[kind]);
    const meant = kind === 'errors' ? reports.flatMap((report) => report.meant) : [];
    const found = firstErrors([read, ...passes.map((pass) => pass[kind])], meant);
    return inTextOrder(found.map(locate), files);
  };
  const errors = collect('errors');
  if (errors.length > 0) return err(errors);
  return ok({ bootstrap, parsed, warnings: collect('warnings'), positionOf });
}

function readBootstrap(document: ConfigDocument, report: ReadReport): Bootstrap {
  const type = messageType('envoy.config.bootstrap.v3.Bootstrap');
  if (document.root === undefined) {
    report.error('', 0, 'the document is empty');
    return create(type);
  }
  return (readMessage(type, document.root, '', report) as Bootstrap | undefined) ?? create(type);
}

/** What protobuf calls MergeFrom is what decoding does with two encodings, one after the other. */
function merge(messages: readonly Bootstrap[]): Bootstrap {
  const type = messageType('envoy.config.bootstrap.v3.Bootstrap');
  const [first, second] = messages;
  if (first === undefined) return create(type);
  if (second === undefined) return first;
  return fromBinary(type, Buffer.concat(messages.map((message) => toBinary(type, message))));
}

function inTextOrder(errors: readonly ConfigError[], files: readonly string[]): ConfigError[] {
  const file = ({ position }: ConfigError): number => files.indexOf(position?.file ?? '');
  const line = ({ position }: ConfigError): number => position?.line ?? 0;
  const column = ({ position }: ConfigError): number => position?.column ?? 0;
  return errors.toSorted(
    (one, two) => file(one) - file(two) || line(one) - line(two) || column(one) - column(two),
  );
}
