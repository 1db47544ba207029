import type { QueryMutationConfig } from '#extensions/http-filters/header-mutation/header-mutation-config.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import { processEnvironment } from '#formatter/process-environment.ts';

/** A parameter of a query; the value as it stands there, or as it is to stand there. */
interface Parameter {
  readonly name: string;
  readonly text: string;
}

type Change = (parameters: readonly Parameter[], context: FormatterContext) => readonly Parameter[];

/**
 * Changes the query of a path. As in Envoy the parameters come out in the order of their names.
 * Parameters that nobody changes keep the encoding they came in, so that none of their bytes comes
 * to mean something else.
 */
export class QueryMutator {
  readonly #changes: readonly Change[];

  constructor(configs: readonly QueryMutationConfig[]) {
    this.#changes = configs.map(buildChange);
  }

  /** Whether it leaves every path as it is. */
  get isIdle(): boolean {
    return this.#changes.length === 0;
  }

  /** The path with its changed query. */
  mutate(path: string, context: FormatterContext): string {
    const queryStart = path.indexOf('?');
    const query = queryStart < 0 ? '' : path.slice(queryStart + 1);
    let parameters = parse(query);
    for (const change of this.#changes) parameters = change(parameters, context);
    const sorted = [...parameters].sort((a, b) => compare(a.name, b.name));
    const bare = queryStart < 0 ? path : path.slice(0, queryStart);
    return sorted.length === 0 ? bare : `${bare}?${sorted.map(({ text }) => text).join('&')}`;
  }
}

function buildChange(config: QueryMutationConfig): Change {
  const { name } = config;
  if (config.kind === 'remove') return (all) => all.filter((one) => one.name !== name);
  const { value, action } = config;
  const format = typeof value === 'string' ? () => value : instantiateFormatter(value);
  return (all, context) => {
    const isThere = all.some((one) => one.name === name);
    if (action === 'ADD_IF_ABSENT' && isThere) return all;
    if (action === 'OVERWRITE_IF_EXISTS' && !isThere) return all;
    const added = { name, text: `${encode(name)}=${encode(format(context))}` };
    const overwrites = action !== 'APPEND_IF_EXISTS_OR_ADD' && action !== 'ADD_IF_ABSENT';
    return [...(overwrites ? all.filter((one) => one.name !== name) : all), added];
  };
}

function instantiateFormatter(
  format: Parameters<typeof instantiateFormat>[0],
): (context: FormatterContext) => string {
  return instantiateFormat(format, processEnvironment);
}

function parse(query: string): readonly Parameter[] {
  return query
    .split('&')
    .filter((text) => text !== '')
    .map((text) => {
      const end = text.indexOf('=');
      return end < 0
        ? { name: decode(text), text: `${text}=` }
        : { name: decode(text.slice(0, end)), text };
    });
}

/** Malformed escapes are left as they are. Byte strings. */
function decode(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** RFC 3986 section 2.3: everything but unreserved characters. */
function encode(bytes: string): string {
  return bytes.replace(
    /[^A-Za-z0-9\-._~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
