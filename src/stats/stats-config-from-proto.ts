import type { ParseContext } from '#config/parse-context.ts';
import type {
  HistogramBucketSettings,
  StatsConfig as StatsConfigProto,
  StatsMatcher,
  TagSpecifier,
} from '#gen/envoy/config/metrics/v3/stats_pb.d.ts';
import type { ListStringMatcher } from '#gen/envoy/type/matcher/v3/string_pb.d.ts';
import { parseStringMatcher } from '#matching/from-proto.ts';
import { buildStringMatcher } from '#matching/string-matcher.ts';
import { defaultTagRules } from '#stats/default-tags.ts';
import { defaultStatsConfig, type HistogramBounds, type StatsConfig } from '#stats/stats-config.ts';
import { type Tag, TagExtractor } from '#stats/tag-extractor.ts';
import { patternRule, type TagRule } from '#stats/tag-rule.ts';

/** Reads `stats_config` of a bootstrap; everything wrong with it is reported to the context. */
export function parseStatsConfig(
  message: StatsConfigProto | undefined,
  context: ParseContext,
): StatsConfig {
  if (message === undefined) return defaultStatsConfig;
  return {
    tagExtractor: parseTags(message, context),
    accepts: parseMatcher(message.statsMatcher, context.at('stats_matcher')),
    histogramBounds: message.histogramBucketSettings.map((settings, index) =>
      parseBounds(settings, context.at('histogram_bucket_settings').at(index)),
    ),
  };
}

function parseTags(message: StatsConfigProto, context: ParseContext): TagExtractor {
  const withDefaults = message.useAllDefaultTags ?? true;
  const rules: TagRule[] = withDefaults ? [...defaultTagRules] : [];
  const fixed: Tag[] = [];
  for (const [index, specifier] of message.statsTags.entries()) {
    const { tagName, tagValue } = specifier;
    if (tagValue.case === 'fixedValue') fixed.push([tagName, tagValue.value]);
    else rules.push(...rulesOf(specifier, context.at('stats_tags').at(index), withDefaults));
  }
  return new TagExtractor(rules, fixed);
}

/** A tag without a pattern is one of the default tags, asked for by name. */
function rulesOf(
  { tagName, tagValue }: TagSpecifier,
  context: ParseContext,
  hasDefaults: boolean,
): readonly TagRule[] {
  if (tagValue.case !== 'regex' || tagValue.value === '') {
    const known = defaultTagRules.filter(({ tag }) => tag === tagName);
    if (known.length === 0) {
      context.error(
        `No regex specified for tag specifier and no default regex for name: '${tagName}'`,
      );
    }
    return hasDefaults ? [] : known;
  }
  const pattern = compile(tagValue.value);
  if (pattern !== undefined) return [patternRule(tagName, firstSegmentOf(tagValue.value), pattern)];
  context.at('regex').error('invalid regular expression', { value: tagValue.value });
  return [];
}

/** Envoy reads these patterns as C++ reads ECMAScript's, unlike all others: with POSIX classes. */
function compile(pattern: string): RegExp | undefined {
  const translated = pattern.replace(/\[:([a-z]+):\]/g, (found, name: string) => {
    return posixClasses[name] ?? found;
  });
  try {
    return new RegExp(translated);
  } catch {
    return undefined;
  }
}

const posixClasses: Readonly<Record<string, string>> = {
  alnum: 'a-zA-Z0-9',
  alpha: 'a-zA-Z',
  digit: '0-9',
  lower: 'a-z',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9a-fA-F',
};

/** `cluster` for a pattern that begins with `^cluster\.`: other names need not be tried. */
function firstSegmentOf(pattern: string): string | undefined {
  return /^\^(\w+)\\\./.exec(pattern)?.[1];
}

function parseMatcher(
  message: StatsMatcher | undefined,
  context: ParseContext,
): StatsConfig['accepts'] {
  switch (message?.statsMatcher.case) {
    case 'rejectAll':
      return message.statsMatcher.value ? () => false : undefined;
    case 'inclusionList':
      return anyOf(message.statsMatcher.value, context.at('inclusion_list'));
    case 'exclusionList': {
      const isExcluded = anyOf(message.statsMatcher.value, context.at('exclusion_list'));
      return (name) => !isExcluded(name);
    }
    default:
      return undefined;
  }
}

function anyOf({ patterns }: ListStringMatcher, context: ParseContext): (name: string) => boolean {
  const predicates = patterns.map((pattern, index) =>
    buildStringMatcher(parseStringMatcher(pattern, context.at('patterns').at(index))),
  );
  return (name) => predicates.some((matches) => matches(name));
}

function parseBounds(message: HistogramBucketSettings, context: ParseContext): HistogramBounds {
  const matches =
    message.match === undefined
      ? () => false
      : buildStringMatcher(parseStringMatcher(message.match, context.at('match')));
  return { matches, bounds: message.buckets.toSorted((a, b) => a - b) };
}
