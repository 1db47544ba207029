import type { AccessLogConfig, AccessLogSink } from '#access-log/access-log-config.ts';
import { parseAccessLogFilter } from '#access-log/filter-from-proto.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { isMessageOf } from '#config/registry.ts';
import { typeNameOf, unpackAny } from '#config/unpack-any.ts';
import { compileFormat } from '#formatter/compile-format.ts';
import type { CompiledFormat } from '#formatter/compiled-format.ts';
import { DEFAULT_ACCESS_LOG_FORMAT } from '#formatter/default-format.ts';
import { parseFormat, parseJsonFormat, parseTextFormat } from '#formatter/format-from-proto.ts';
import type { AccessLog } from '#gen/envoy/config/accesslog/v3/accesslog_pb.d.ts';
import type { SubstitutionFormatString } from '#gen/envoy/config/core/v3/substitution_format_string_pb.d.ts';
import type { FileAccessLog } from '#gen/envoy/extensions/access_loggers/file/v3/file_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';

const FILE = 'envoy.extensions.access_loggers.file.v3.FileAccessLog';
const STDOUT = 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog';
const STDERR = 'envoy.extensions.access_loggers.stream.v3.StderrAccessLog';

/** Reads a list of access logs; those that are refused are reported and left out. */
export function parseAccessLogs(
  context: ParseContext,
  messages: readonly AccessLog[],
): readonly AccessLogConfig[] {
  const configs: AccessLogConfig[] = [];
  for (const [index, message] of messages.entries()) {
    const config = parseAccessLog(context.at(index), message);
    if (config !== undefined) configs.push(config);
  }
  return configs;
}

function parseAccessLog(context: ParseContext, message: AccessLog): AccessLogConfig | undefined {
  const filter = message.filter && parseAccessLogFilter(context.at('filter'), message.filter);
  const logger = parseLogger(context, message);
  if (logger === undefined || (message.filter !== undefined && filter === undefined)) {
    return undefined;
  }
  return { ...logger, filter };
}

function parseLogger(
  context: ParseContext,
  { name, configType }: AccessLog,
): Pick<AccessLogConfig, 'sink' | 'format'> | undefined {
  if (configType.case === undefined) {
    context.error('the access log has no typed_config', { value: name });
    return undefined;
  }
  const at = context.at('typed_config');
  const type = typeNameOf(configType.value.typeUrl);
  if (type !== FILE && type !== STDOUT && type !== STDERR) {
    at.error('this access logger is not supported by Proa yet', { value: type });
    return undefined;
  }
  const message = unpackAny(at, configType.value);
  if (message === undefined) return undefined;
  if (isMessageOf(message, FILE)) {
    return withSink({ kind: 'file', path: message.path }, parseFileFormat(at, message));
  }
  if (isMessageOf(message, STDOUT) || isMessageOf(message, STDERR)) {
    const kind = isMessageOf(message, STDOUT) ? 'stdout' : 'stderr';
    return withSink({ kind }, parseLogFormat(at, message.accessLogFormat.value));
  }
  return undefined;
}

function withSink(
  sink: AccessLogSink,
  format: CompiledFormat | undefined,
): Pick<AccessLogConfig, 'sink' | 'format'> | undefined {
  return format && { sink, format };
}

/** `format`, `json_format` and `typed_json_format` are older spellings of `log_format`. */
function parseFileFormat(
  context: ParseContext,
  { accessLogFormat }: FileAccessLog,
): CompiledFormat | undefined {
  switch (accessLogFormat.case) {
    case 'format': {
      const text = accessLogFormat.value;
      if (text === '') return defaultFormat();
      return parseTextFormat(context.at('format'), byteStringOf(text), false);
    }
    case 'jsonFormat':
      return parseJsonFormat(context.at('json_format'), accessLogFormat.value, false);
    case 'typedJsonFormat':
      return parseJsonFormat(context.at('typed_json_format'), accessLogFormat.value, false);
    default:
      return parseLogFormat(context, accessLogFormat.value);
  }
}

function parseLogFormat(
  context: ParseContext,
  message: SubstitutionFormatString | undefined,
): CompiledFormat | undefined {
  return message === undefined ? defaultFormat() : parseFormat(context.at('log_format'), message);
}

function defaultFormat(): CompiledFormat | undefined {
  const compiled = compileFormat(DEFAULT_ACCESS_LOG_FORMAT);
  return compiled.ok ? compiled.value : undefined;
}
