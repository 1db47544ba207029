/** A tag found in a name, and what of the name goes when the tag is taken out. */
export interface TagMatch {
  readonly tag: string;
  readonly value: string;
  /** The part to remove: `from` is its first character, `to` the one after its last. */
  readonly from: number;
  readonly to: number;
}

/** A statistic's name with the places of its dots. */
export interface DottedName {
  readonly text: string;
  /** `ends[n]` is where segment n ends: the place of its dot, or the end of the name. */
  readonly ends: readonly number[];
}

/** Finds one tag in names. */
export interface TagRule {
  readonly tag: string;
  /** Only names that begin with this segment can match; undefined for all names. */
  readonly firstSegment: string | undefined;
  /**
   * The segments that the rule looks for. Whether and where it matches then depends on nothing but
   * the places of these in a name, the number of segments and the last ones, so that it can be told
   * from another name of the same shape. Undefined when the rule looks at more.
   */
  readonly literals: readonly string[] | undefined;
  find(name: DottedName): TagMatch | undefined;
}

export function dottedName(text: string): DottedName {
  const ends: number[] = [];
  for (let dot = text.indexOf('.'); dot !== -1; dot = text.indexOf('.', dot + 1)) ends.push(dot);
  ends.push(text.length);
  return { text, ends };
}

export function segmentOf({ text, ends }: DottedName, index: number): string {
  return text.slice(index === 0 ? 0 : (ends[index - 1] as number) + 1, ends[index]);
}

/** Stands for any one segment. */
export const ANY: unique symbol = Symbol('any segment');
/** Stands for the one segment that is the tag's value. */
export const VALUE: unique symbol = Symbol('value');

export type SegmentPattern = string | typeof ANY | typeof VALUE;

/** A tag whose value is a whole segment at a certain place, with at least one more segment at the end. */
export function segmentRule(tag: string, ...pattern: readonly SegmentPattern[]): TagRule {
  const [first] = pattern;
  const valueIndex = pattern.indexOf(VALUE);
  return {
    tag,
    firstSegment: typeof first === 'string' ? first : undefined,
    literals: pattern.filter((expected) => typeof expected === 'string'),
    find: (name) => {
      if (name.ends.length <= pattern.length) return undefined;
      for (const [index, expected] of pattern.entries()) {
        if (typeof expected === 'string' && segmentOf(name, index) !== expected) return undefined;
      }
      const from = valueIndex === 0 ? 0 : (name.ends[valueIndex - 1] as number) + 1;
      const to = name.ends[valueIndex] as number;
      return { tag, value: name.text.slice(from, to), from, to: to + 1 };
    },
  };
}

/**
 * A tag at the end of names that contain `hint`. The pattern's first group is removed, the second
 * one is the value.
 */
export function suffixRule(tag: string, hint: string, pattern: RegExp): TagRule {
  const rule = patternRule(tag, undefined, pattern);
  return {
    ...rule,
    literals: hint.split('.').filter((segment) => segment !== ''),
    find: (name) => (name.text.includes(hint) ? rule.find(name) : undefined),
  };
}

/** A tag that is the last segment of names with a certain first one, after certain others. */
export function lastSegmentRule(
  tag: string,
  firstSegment: string,
  before: readonly string[],
  valuePattern: RegExp,
): TagRule {
  return {
    tag,
    firstSegment,
    literals: [firstSegment, ...before],
    find: (name) => {
      const last = name.ends.length - 1;
      const start = last - before.length;
      if (start < 2 || segmentOf(name, 0) !== firstSegment) return undefined;
      if (before.some((expected, index) => segmentOf(name, start + index) !== expected)) {
        return undefined;
      }
      const value = segmentOf(name, last);
      if (!valuePattern.test(value)) return undefined;
      return { tag, value, from: name.ends[last - 1] as number, to: name.text.length };
    },
  };
}

/**
 * A tag that a pattern finds: its first group is removed and the second one is the value, or the
 * first one where there is no second.
 */
export function patternRule(
  tag: string,
  firstSegment: string | undefined,
  pattern: RegExp,
): TagRule {
  const withIndices = new RegExp(pattern.source, 'd');
  return {
    tag,
    firstSegment,
    literals: undefined,
    find: (name) => findPattern(tag, withIndices, name),
  };
}

function findPattern(tag: string, pattern: RegExp, { text }: DottedName): TagMatch | undefined {
  const found = pattern.exec(text);
  const removed = found?.indices?.[1];
  if (found === null || removed === undefined) return undefined;
  const value = found[2] ?? found[1] ?? '';
  return { tag, value, from: removed[0], to: removed[1] };
}
