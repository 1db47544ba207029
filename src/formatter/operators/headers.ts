import { err, ok, type Result } from '#base/result.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import type { OperatorDefinition, OperatorTable } from '#formatter/operator-definition.ts';
import { textSource } from '#formatter/value-source.ts';
import type { HeaderMap } from '#http/header-map.ts';
import { headerIdOf, UNKNOWN_HEADER } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

type Read<Headers> = (headers: Headers) => string | undefined;

/** Characters of a field name (RFC 9110 section 5.6.2), and the colon of pseudo-headers. */
const HEADER_NAME = /^:?[!#$%&'*+\-.^_`|~0-9A-Za-z]*$/;

/**
 * Headers and trailers: `X?Y`, the first value of X, or where there is no X, of Y. Names may be
 * written in any case.
 */
export const headerOperators: OperatorTable = {
  REQ: headerOperator(requestHeader, (context) => context.requestHeaders),
  REQUEST_HEADER: headerOperator(requestHeader, (context) => context.requestHeaders),
  RESP: headerOperator(responseHeader, (context) => context.responseHeaders),
  RESPONSE_HEADER: headerOperator(responseHeader, (context) => context.responseHeaders),
  TRAILER: headerOperator(anyHeader, (context) => context.responseTrailers),
  RESPONSE_TRAILER: headerOperator(anyHeader, (context) => context.responseTrailers),
};

function headerOperator<Headers>(
  readerOf: (name: string) => Read<Headers>,
  headersOf: (context: FormatterContext) => Headers | undefined,
): OperatorDefinition {
  return {
    parameter: 'required',
    takesLength: true,
    create: (parameter) => {
      const names = parseNames(parameter);
      if (!names.ok) return names;
      const [main, alternative] = names.value;
      const readMain = readerOf(main);
      if (alternative === '') {
        return ok(
          textSource((context) => {
            const headers = headersOf(context);
            return headers === undefined ? undefined : readMain(headers);
          }),
        );
      }
      const readAlternative = readerOf(alternative);
      return ok(
        textSource((context) => {
          const headers = headersOf(context);
          return headers === undefined
            ? undefined
            : (readMain(headers) ?? readAlternative(headers));
        }),
      );
    },
  };
}

function parseNames(parameter: string): Result<[string, string], string> {
  const names = parameter.split('?');
  if (names.length > 2) return err('more than 1 alternative header is specified');
  if (names.some((name) => !HEADER_NAME.test(name))) {
    return err('the header name has invalid characters');
  }
  const [main = '', alternative = ''] = names;
  return ok([main.toLowerCase(), alternative.toLowerCase()]);
}

/** Pseudo-headers lie outside the list of fields. */
export function requestHeader(name: string): Read<RequestHeaders> {
  switch (name) {
    case ':method':
      return (headers) => headers.method || undefined;
    case ':path':
      return (headers) => headers.path || undefined;
    case ':scheme':
      return (headers) => headers.scheme || undefined;
    case ':authority':
    case 'host':
      return (headers) => headers.authority || undefined;
  }
  return anyHeader(name);
}

function responseHeader(name: string): Read<ResponseHeaders> {
  if (name !== ':status') return anyHeader(name);
  return (headers) => (headers.status === 0 ? undefined : `${headers.status}`);
}

function anyHeader(name: string): Read<HeaderMap> {
  const id = headerIdOf(name);
  return id === UNKNOWN_HEADER ? (headers) => headers.get(name) : (headers) => headers.getKnown(id);
}
