import { readDataSource } from '#config/data-source.ts';
import type { ParseContext } from '#config/parse-context.ts';
import type { BodyFormatConfig } from '#formatter/body-format.ts';
import { compileFormat } from '#formatter/compile-format.ts';
import { compileJsonFormat, type FormatStruct } from '#formatter/compile-json-format.ts';
import type { CompiledFormat } from '#formatter/compiled-format.ts';
import type { SubstitutionFormatString } from '#gen/envoy/config/core/v3/substitution_format_string_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';

/** Reads a format; reports everything that is wrong with it, and then returns nothing. */
export function parseFormat(
  context: ParseContext,
  message: SubstitutionFormatString,
): CompiledFormat | undefined {
  const { format, omitEmptyValues } = message;
  switch (format.case) {
    case 'textFormat':
      return parseTextFormat(
        context.at('text_format'),
        byteStringOf(format.value),
        omitEmptyValues,
      );
    case 'textFormatSource': {
      const at = context.at('text_format_source');
      const text = readDataSource(at, format.value);
      return text === undefined ? undefined : parseTextFormat(at, text, omitEmptyValues);
    }
    case 'jsonFormat':
      return parseJsonFormat(context.at('json_format'), format.value, omitEmptyValues);
    case undefined:
      context.error('a format is required');
      return undefined;
  }
}

/** Reads a format for the body of a reply. */
export function parseBodyFormat(
  context: ParseContext,
  message: SubstitutionFormatString,
): BodyFormatConfig | undefined {
  const format = parseFormat(context, message);
  const defaultType = message.format.case === 'jsonFormat' ? 'application/json' : 'text/plain';
  return (
    format && {
      format,
      contentType: message.contentType === '' ? defaultType : message.contentType,
    }
  );
}

/** A text format from its bytes, one character each. */
export function parseTextFormat(
  context: ParseContext,
  text: string,
  omitEmptyValues: boolean,
): CompiledFormat | undefined {
  const compiled = compileFormat(text, { omitEmptyValues });
  if (compiled.ok) return compiled.value;
  for (const reason of compiled.error) context.error(reason);
  return undefined;
}

/** A JSON format from a `google.protobuf.Struct`. */
export function parseJsonFormat(
  context: ParseContext,
  struct: FormatStruct,
  omitEmptyValues: boolean,
): CompiledFormat | undefined {
  const compiled = compileJsonFormat(struct, omitEmptyValues);
  if (compiled.ok) return compiled.value;
  for (const { path, reason } of compiled.error) {
    let at = context;
    for (const segment of path) at = at.at(segment);
    at.error(reason);
  }
  return undefined;
}
