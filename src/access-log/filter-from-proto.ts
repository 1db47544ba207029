import type { AccessLogFilterConfig, ComparisonConfig } from '#access-log/filter-config.ts';
import { parseMetadataFilter } from '#access-log/metadata-filter-from-proto.ts';
import { readFraction } from '#config/fraction.ts';
import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import type {
  AccessLogFilter,
  ComparisonFilter,
  RuntimeFilter,
} from '#gen/envoy/config/accesslog/v3/accesslog_pb.d.ts';
import { parseHeaderMatcher } from '#routing/header-matcher-from-proto.ts';
import { responseFlagBit } from '#stream-info/response-flags.ts';

const TYPE = 'envoy.config.accesslog.v3';

/** Reads a filter; reports and returns nothing when it, or one inside it, is refused. */
export function parseAccessLogFilter(
  context: ParseContext,
  message: AccessLogFilter | undefined,
): AccessLogFilterConfig | undefined {
  const specifier = message?.filterSpecifier;
  switch (specifier?.case) {
    case 'statusCodeFilter':
      return {
        kind: 'status_code',
        comparison: parseComparison(specifier.value.comparison),
      };
    case 'durationFilter':
      return { kind: 'duration', comparison: parseComparison(specifier.value.comparison) };
    case 'notHealthCheckFilter':
      return { kind: 'not_health_check' };
    case 'traceableFilter':
      return { kind: 'traceable' };
    case 'runtimeFilter':
      return parseRuntimeFilter(specifier.value);
    case 'andFilter':
      return parseList(context.at('and_filter'), 'and', specifier.value.filters);
    case 'orFilter':
      return parseList(context.at('or_filter'), 'or', specifier.value.filters);
    case 'headerFilter': {
      const at = context.at('header_filter').at('header');
      const { header } = specifier.value;
      if (header !== undefined) return { kind: 'header', header: parseHeaderMatcher(header, at) };
      at.error('is required');
      return undefined;
    }
    case 'responseFlagFilter':
      return parseFlags(context.at('response_flag_filter').at('flags'), specifier.value.flags);
    case 'grpcStatusFilter': {
      const { statuses, exclude } = specifier.value;
      return { kind: 'grpc_status', statuses, exclude };
    }
    case 'logTypeFilter': {
      const { types, exclude } = specifier.value;
      const names = types.map((type) => enumName('envoy.data.accesslog.v3.AccessLogType', type));
      return { kind: 'log_type', types: names.filter((name) => name !== undefined), exclude };
    }
    case 'metadataFilter':
      return parseMetadataFilter(context.at('metadata_filter'), specifier.value);
    case undefined:
      context.error('a filter is required');
      return undefined;
    default:
      // Refused with everything else that is not supported.
      return undefined;
  }
}

function parseComparison(message: ComparisonFilter | undefined): ComparisonConfig {
  return {
    op: enumName(`${TYPE}.ComparisonFilter.Op`, message?.op ?? 0) ?? 'EQ',
    value: message?.value?.defaultValue ?? 0,
    runtimeKey: message?.value?.runtimeKey ?? '',
  };
}

function parseRuntimeFilter(message: RuntimeFilter): AccessLogFilterConfig {
  const { percentSampled } = message;
  return {
    kind: 'runtime',
    runtimeKey: message.runtimeKey,
    percentSampled:
      percentSampled === undefined
        ? { numerator: 0, denominator: 100 }
        : readFraction(percentSampled),
    useIndependentRandomness: message.useIndependentRandomness,
  };
}

function parseList(
  context: ParseContext,
  kind: 'and' | 'or',
  messages: readonly AccessLogFilter[],
): AccessLogFilterConfig | undefined {
  const filters: AccessLogFilterConfig[] = [];
  for (const [index, message] of messages.entries()) {
    const filter = parseAccessLogFilter(context.at('filters').at(index), message);
    if (filter !== undefined) filters.push(filter);
  }
  return filters.length === messages.length ? { kind, filters } : undefined;
}

function parseFlags(
  context: ParseContext,
  names: readonly string[],
): AccessLogFilterConfig | undefined {
  let flags = 0;
  for (const [index, name] of names.entries()) {
    const bit = responseFlagBit(name);
    if (bit === undefined)
      context.at(index).error('there is no such response flag', { value: name });
    else flags |= bit;
  }
  return { kind: 'response_flag', flags };
}
