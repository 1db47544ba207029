import type { ParseContext } from '#config/parse-context.ts';
import { enumName } from '#config/registry.ts';
import { parseTextFormat } from '#formatter/format-from-proto.ts';
import type { HeaderValueOption } from '#gen/envoy/config/core/v3/base_pb.d.ts';
import { byteStringOf } from '#matching/byte-string.ts';
import type {
  AppendAction,
  HeaderAdditionConfig,
  HeaderMutationsConfig,
} from '#routing/header-mutations.ts';

/** The messages that carry header rules all name them so. */
export interface HeaderRules {
  readonly requestHeadersToAdd: readonly HeaderValueOption[];
  readonly requestHeadersToRemove: readonly string[];
  readonly responseHeadersToAdd: readonly HeaderValueOption[];
  readonly responseHeadersToRemove: readonly string[];
}

export function parseHeaderMutationsOf(
  message: HeaderRules,
  context: ParseContext,
): {
  readonly requestHeaders: HeaderMutationsConfig | undefined;
  readonly responseHeaders: HeaderMutationsConfig | undefined;
} {
  return {
    requestHeaders: parseMutations(
      message.requestHeadersToAdd,
      context.at('request_headers_to_add'),
      message.requestHeadersToRemove,
      context.at('request_headers_to_remove'),
    ),
    responseHeaders: parseMutations(
      message.responseHeadersToAdd,
      context.at('response_headers_to_add'),
      message.responseHeadersToRemove,
      context.at('response_headers_to_remove'),
    ),
  };
}

function parseMutations(
  additions: readonly HeaderValueOption[],
  addContext: ParseContext,
  removals: readonly string[],
  removeContext: ParseContext,
): HeaderMutationsConfig | undefined {
  if (additions.length === 0 && removals.length === 0) return undefined;
  removals.forEach((name, index) => {
    if (!isProtected(name)) return;
    removeContext.at(index).error(':-prefixed or host headers may not be removed', { value: name });
  });
  return {
    remove: removals.map((name) => name.toLowerCase()),
    add: additions.map((option, index) => parseHeaderAddition(option, addContext.at(index))),
  };
}

/** Reads one rule that adds a header or replaces it. */
export function parseHeaderAddition(
  option: HeaderValueOption,
  context: ParseContext,
): HeaderAdditionConfig {
  const header = context.at('header');
  const name = option.header?.key ?? '';
  if (isProtected(name)) {
    header.at('key').error(':-prefixed or host headers may not be modified', { value: name });
  }
  return {
    name: name.toLowerCase(),
    value: parseHeaderValue(option.header?.value ?? '', header.at('value')),
    action: parseAction(option, context),
    keepsEmptyValue: option.keepEmptyValue,
  };
}

/** Most values are constant, which costs nothing but the text. */
export function parseHeaderValue(
  text: string,
  context: ParseContext,
): HeaderAdditionConfig['value'] {
  const bytes = byteStringOf(text);
  if (!bytes.includes('%')) return bytes;
  const format = parseTextFormat(context, translateOldForms(bytes), true);
  if (format?.kind !== 'text') return '';
  return format.pieces.every((piece) => typeof piece === 'string')
    ? format.pieces.join('')
    : format;
}

/** Header values, unlike other formats, may still spell two operators as they once were. */
function translateOldForms(text: string): string {
  return text
    .replace(/%PER_REQUEST_STATE\(([^)]*)\)%/g, '%FILTER_STATE($1:PLAIN)%')
    .replace(
      /%(UPSTREAM|DYNAMIC)_METADATA\(\s*\[([^)]*)\]\s*\)%/g,
      (_text, name: string, keys: string) => {
        const path = Array.from(keys.matchAll(/"([^"]*)"/g), ([, key]) => key);
        return `%${name}_METADATA(${path.join(':')})%`;
      },
    );
}

/** `append` is the older spelling of two of the actions. */
function parseAction(option: HeaderValueOption, context: ParseContext): AppendAction {
  const action =
    enumName('envoy.config.core.v3.HeaderValueOption.HeaderAppendAction', option.appendAction) ??
    'APPEND_IF_EXISTS_OR_ADD';
  if (option.append === undefined) return action;
  if (action !== 'APPEND_IF_EXISTS_OR_ADD') {
    context.error("Both append and append_action are set and it's not allowed");
  }
  return option.append ? 'APPEND_IF_EXISTS_OR_ADD' : 'OVERWRITE_IF_EXISTS_OR_ADD';
}

/** Pseudo-headers and the host have their own settings. */
function isProtected(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}
