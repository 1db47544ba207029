import {
  type AccessLogFilterEnvironment,
  buildAccessLogFilter,
} from '#access-log/access-log-filter.ts';
import type { AccessLogPredicate } from '#access-log/access-log-predicate.ts';
import type {
  LocalReplyConfig,
  LocalReplyMapperConfig,
} from '#connection-manager/connection-manager-config.ts';
import type { BodyFormatConfig } from '#formatter/body-format.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { instantiateFormat } from '#formatter/instantiate-format.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import type { Formatter } from '#formatter/pieces-formatter.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';
import { HeaderMutations } from '#routing/header-mutations.ts';
import type { Route } from '#routing/route.ts';

/** What rules look at: a stream whose response headers are those of the reply. */
export interface RepliedStream extends FormatterContext {
  localReplyBody: string;
  /** The client sent a gRPC request, whatever filters have made of it. */
  readonly isGrpc: boolean;
  /** The route if it was looked up already. */
  readonly knownRoute: Route | undefined;
}

interface BodyFormat {
  readonly format: Formatter;
  readonly contentType: string;
}

interface Mapper {
  readonly matches: AccessLogPredicate;
  readonly statusCode: number | undefined;
  readonly body: string | undefined;
  readonly bodyFormat: BodyFormat | undefined;
  readonly headersToAdd: HeaderMutations | undefined;
}

/** Changes the replies that the proxy makes itself, as `local_reply_config` says. */
export class LocalReplyRules {
  readonly #mappers: readonly Mapper[];
  readonly #bodyFormat: BodyFormat | undefined;

  constructor(
    config: LocalReplyConfig,
    filterEnvironment: AccessLogFilterEnvironment,
    formatterEnvironment: FormatterEnvironment,
  ) {
    this.#mappers = config.mappers.map((mapper) =>
      buildMapper(mapper, filterEnvironment, formatterEnvironment),
    );
    this.#bodyFormat = buildBodyFormat(config.bodyFormat, formatterEnvironment);
  }

  /**
   * Applies the first mapper that matches, then the format. The new status is in the headers and in
   * the stream's info, the body in `localReplyBody`; the result is the content type of a formatted
   * body.
   */
  apply(stream: RepliedStream, headers: ResponseHeaders): string | undefined {
    const mapper = this.#mappers.find(({ matches }) => matches(stream));
    if (mapper !== undefined) applyMapper(mapper, stream, headers);
    const format = mapper?.bodyFormat ?? this.#bodyFormat;
    if (format === undefined) return undefined;
    stream.localReplyBody = format.format(stream);
    return format.contentType;
  }
}

function applyMapper(mapper: Mapper, stream: RepliedStream, headers: ResponseHeaders): void {
  const { body, statusCode, headersToAdd } = mapper;
  const { streamInfo, requestHeaders } = stream;
  if (body !== undefined) stream.localReplyBody = body;
  headersToAdd?.apply(headers, streamInfo, requestHeaders, headers);
  if (statusCode !== undefined) {
    headers.status = statusCode;
    streamInfo.responseCode = statusCode;
  }
}

function buildMapper(
  config: LocalReplyMapperConfig,
  filterEnvironment: AccessLogFilterEnvironment,
  formatterEnvironment: FormatterEnvironment,
): Mapper {
  return {
    matches: buildAccessLogFilter(config.filter, filterEnvironment),
    statusCode: config.statusCode,
    body: config.body,
    bodyFormat: buildBodyFormat(config.bodyFormat, formatterEnvironment),
    headersToAdd: config.headersToAdd && new HeaderMutations(config.headersToAdd, 'response'),
  };
}

function buildBodyFormat(
  config: BodyFormatConfig | undefined,
  environment: FormatterEnvironment,
): BodyFormat | undefined {
  if (config === undefined) return undefined;
  return { format: instantiateFormat(config.format, environment), contentType: config.contentType };
}
