import type { CompiledFormat } from '#formatter/compiled-format.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { processEnvironment } from '#formatter/process-environment.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { inlineRequestHeaders, inlineResponseHeaders } from '#http/inline-headers.ts';
import { type HeaderId, headerIdOf } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { routeFormatterContext } from '#routing/route-formatter-context.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

export type AppendAction =
  | 'APPEND_IF_EXISTS_OR_ADD'
  | 'ADD_IF_ABSENT'
  | 'OVERWRITE_IF_EXISTS_OR_ADD'
  | 'OVERWRITE_IF_EXISTS';

/** One `envoy.config.core.v3.HeaderValueOption`; the name is in lower case. */
export interface HeaderAdditionConfig {
  readonly name: string;
  /** Constant text as a byte string, or what is formatted for each message. */
  readonly value: string | CompiledFormat;
  readonly action: AppendAction;
  /** Otherwise nothing is done where the value is empty. */
  readonly keepsEmptyValue: boolean;
}

/** What one level of the route configuration does to the headers of a message. */
export interface HeaderMutationsConfig {
  /** Lower-case names, removed before anything is added. */
  readonly remove: readonly string[];
  readonly add: readonly HeaderAdditionConfig[];
}

interface Addition {
  readonly id: HeaderId;
  readonly name: string;
  /** There is never more than one field of it: values are joined. */
  readonly isInline: boolean;
  /** Constant; nothing for a formatted one. */
  readonly constant: string | undefined;
  readonly format: ((context: FormatterContext) => string) | undefined;
  readonly action: AppendAction;
  readonly keepsEmptyValue: boolean;
}

/**
 * Applies the mutations of one level as Envoy does: removes, then finds out every value and whether
 * it is wanted, then overwrites, then appends.
 */
export class HeaderMutations {
  readonly #remove: readonly string[];
  readonly #additions: readonly Addition[];
  readonly #isFormatted: boolean;
  /** The values for the message at hand; nothing where the addition does not apply. */
  readonly #values: (string | undefined)[] = [];

  constructor(
    config: HeaderMutationsConfig,
    direction: 'request' | 'response' = 'response',
    environment: FormatterEnvironment = processEnvironment,
  ) {
    const inline = direction === 'request' ? inlineRequestHeaders : inlineResponseHeaders;
    this.#remove = config.remove;
    this.#additions = config.add.map(({ name, value, action, keepsEmptyValue }) => ({
      id: headerIdOf(name),
      name,
      isInline: inline[headerIdOf(name)] === 1,
      constant: typeof value === 'string' ? value : undefined,
      format: typeof value === 'string' ? undefined : instantiateFormat(value, environment),
      action,
      keepsEmptyValue,
    }));
    this.#isFormatted = this.#additions.some(({ format }) => format !== undefined);
  }

  /** Values may be formatted from the stream and the headers of both directions. */
  apply(
    headers: HeaderMap,
    info: StreamInfo,
    requestHeaders: RequestHeaders | undefined,
    responseHeaders: ResponseHeaders | undefined,
  ): void {
    for (const name of this.#remove) headers.remove(name);
    const context = this.#isFormatted
      ? routeFormatterContext(info, requestHeaders, responseHeaders)
      : undefined;
    const additions = this.#additions;
    const values = this.#values;
    for (let index = 0; index < additions.length; index++) {
      values[index] = wantedValue(additions[index] as Addition, headers, context);
    }
    for (let index = 0; index < additions.length; index++) {
      const value = values[index];
      const { id, name, action } = additions[index] as Addition;
      if (value === undefined || !overwrites(action)) continue;
      // As in Envoy, what is overwritten moves behind everything else.
      headers.remove(name);
      headers.appendKnown(id, name, value);
    }
    for (let index = 0; index < additions.length; index++) {
      const value = values[index];
      const { id, name, isInline, action } = additions[index] as Addition;
      if (value === undefined || overwrites(action)) continue;
      if (isInline && headers.hasKnown(id)) {
        headers.set(name, `${headers.getKnown(id)},${value}`);
      } else {
        headers.appendKnown(id, name, value);
      }
    }
  }
}

function overwrites(action: AppendAction): boolean {
  return action === 'OVERWRITE_IF_EXISTS_OR_ADD' || action === 'OVERWRITE_IF_EXISTS';
}

function wantedValue(
  { name, constant, format, action, keepsEmptyValue }: Addition,
  headers: HeaderMap,
  context: FormatterContext | undefined,
): string | undefined {
  const value =
    format === undefined || context === undefined ? (constant as string) : format(context);
  if (value === '' && !keepsEmptyValue) return undefined;
  if (action === 'ADD_IF_ABSENT') return headers.has(name) ? undefined : value;
  if (action === 'OVERWRITE_IF_EXISTS') return headers.has(name) ? value : undefined;
  return value;
}
