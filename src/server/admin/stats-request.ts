import { err, ok, type Result } from '#base/result.ts';
import { type NameFilter, parseNameFilter } from '#server/admin/name-filter.ts';
import type { QueryParameters } from '#server/admin/query-parameters.ts';

const formats = ['html', 'active-html', 'json', 'prometheus', 'text'] as const;
/** `?format=`; default `text`. */
export type StatsFormat = (typeof formats)[number];

const types = ['All', 'Counters', 'Histograms', 'Gauges', 'TextReadouts'] as const;
/** `?type=`; default `All`. */
export type StatsType = (typeof types)[number];

const bucketModes = ['cumulative', 'disjoint', 'detailed', 'summary', 'prometheusnative'] as const;
/** `?histogram_buckets=`; the default differs by format. */
export type BucketMode = (typeof bucketModes)[number];

/** What a page of statistics is asked to show. */
export interface StatsRequest {
  readonly format: StatsFormat;
  readonly type: StatsType;
  readonly usedOnly: boolean;
  /** Undefined when every name is wanted. */
  readonly matches: NameFilter | undefined;
  readonly bucketMode: BucketMode | 'unset';
  /** Prometheus only: text readouts become gauges with the text as a label. */
  readonly textReadouts: boolean;
}

/** Reads the parameters of `/stats`; the error is what Envoy answers with status 400. */
export function parseStatsRequest(query: QueryParameters): Result<StatsRequest, string> {
  const matches = parseFilter(query);
  if (!matches.ok) return matches;
  const bucketMode = parseBucketMode(query.get('histogram_buckets'));
  if (bucketMode === undefined) {
    return err(`usage: /stats?histogram_buckets=(${bucketModes.join('|')})\n`);
  }
  const typeText = query.get('type') ?? 'All';
  const type = types.find((one) => one === typeText);
  if (type === undefined) return err('invalid &type= param');
  const hidden = query.get('hidden') ?? 'include';
  if (!['include', 'only', 'exclude'].includes(hidden)) {
    return err('usage: /stats?hidden=(include|only|exclude)\n\n');
  }
  const formatText = query.get('format') ?? 'text';
  const format = formats.find((one) => one === formatText);
  if (format === undefined) return err(`usage: /stats?format=(${USAGE_FORMATS})\n\n`);
  return ok({
    format,
    type,
    usedOnly: query.has('usedonly'),
    // No statistic is hidden.
    matches: hidden === 'only' ? () => false : matches.value,
    bucketMode,
    textReadouts: query.has('text_readouts'),
  });
}

function parseFilter(query: QueryParameters): Result<NameFilter | undefined, string> {
  const pattern = query.get('filter');
  const isInverted = query.has('invert_filter');
  if (pattern === undefined) {
    return isInverted
      ? err('invert_filter can only be used if filter is also provided')
      : ok(undefined);
  }
  const filter = parseNameFilter(pattern);
  if (!filter.ok) return err(`Invalid re2 regex: ${filter.error}`);
  return ok(isInverted ? (name) => !filter.value(name) : filter.value);
}

const USAGE_FORMATS: string = formats.join('|');

/** Undefined for a mode that does not exist; the parameter itself may be missing or `none`. */
function parseBucketMode(text: string | undefined): BucketMode | 'unset' | undefined {
  if (text === undefined || text === 'none') return 'unset';
  return bucketModes.find((mode) => mode === text);
}
