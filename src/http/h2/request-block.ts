import { IS_TARGET, IS_TOKEN } from '#http/h1/octets.ts';
import { isValidAuthority } from '#http/h1/request-target.ts';
import type { BlockDefect } from '#http/h2/block-defect.ts';
import { HeaderBlock, hasUnderscore } from '#http/h2/header-block.ts';
import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import {
  PSEUDO_AUTHORITY,
  PSEUDO_METHOD,
  PSEUDO_PATH,
  PSEUDO_PROTOCOL,
  PSEUDO_SCHEME,
} from '#http/h2/hpack/pseudo-header.ts';
import type { Http2Options } from '#http/h2/http2-options.ts';
import { http2Stats } from '#http/h2/http2-stats.ts';
import { UNKNOWN_LENGTH } from '#http/h2/stream.ts';
import type { RequestHeaders } from '#http/header-map.ts';
import { inlineRequestHeaders } from '#http/inline-headers.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field: stat } = http2Stats;
const SLASH = 0x2f;
const SCHEME = /^[a-z][a-z0-9+.-]*$/i;

/** Reads the head of a request (RFC 9113 section 8.3.1, RFC 8441 section 4). */
export class RequestBlock extends HeaderBlock {
  /** The protocol of an extended CONNECT. */
  protocol: string | undefined = undefined;
  #headers!: RequestHeaders;
  #options!: Http2Options;
  #stats!: StatBlock;
  #host: string | undefined = undefined;

  begin(headers: RequestHeaders, options: Http2Options, stats: StatBlock): void {
    this.beginBlock(headers, options, inlineRequestHeaders);
    this.#headers = headers;
    this.#options = options;
    this.#stats = stats;
    this.#host = undefined;
    this.protocol = undefined;
  }

  protected override onPseudoHeader(
    { pseudo, value }: HeaderField,
    isNeverIndexed: boolean,
  ): BlockDefect | undefined {
    const headers = this.#headers;
    switch (pseudo) {
      case PSEUDO_METHOD:
        headers.method = value;
        return isToken(value) ? undefined : 'invalidField';
      case PSEUDO_PATH:
        headers.path = value;
        headers.isPathNeverIndexed = isNeverIndexed;
        return value !== '' && isPath(value) ? undefined : 'invalidField';
      case PSEUDO_SCHEME:
        headers.scheme = value;
        return isScheme(value) ? undefined : 'invalidField';
      case PSEUDO_AUTHORITY:
        headers.authority = value;
        return value !== '' && isValidAuthority(value) ? undefined : 'invalidField';
      case PSEUDO_PROTOCOL:
        this.protocol = value;
        return this.#options.allowConnect && isToken(value) ? undefined : 'invalidField';
      default:
        return 'invalidField';
    }
  }

  protected override onRegularField(
    field: HeaderField,
    isNeverIndexed: boolean,
  ): BlockDefect | undefined {
    const { id, name, value } = field;
    if (id === HeaderName.host) {
      // What `:authority` says counts; where that is missing there must be one host only.
      const isSecond = this.#host !== undefined && !this.hasPseudo(PSEUDO_AUTHORITY);
      this.#host = value;
      return isSecond || !isValidAuthority(value) ? 'invalidField' : undefined;
    }
    if (id === 0 && this.#options.headersWithUnderscoresAction !== 'ALLOW' && hasUnderscore(name)) {
      if (this.#options.headersWithUnderscoresAction === 'REJECT_REQUEST') return 'underscore';
      this.#stats.inc(stat.dropped_headers_with_underscores);
      return undefined;
    }
    return super.onRegularField(field, isNeverIndexed);
  }

  /** To be called at the end of the block, whose stream is at its end too if `endStream`. */
  finish(endStream: boolean): BlockDefect | undefined {
    this.defect ??= this.#check(endStream);
    if (this.defect === undefined) this.endBlock();
    return this.defect;
  }

  #check(endStream: boolean): BlockDefect | undefined {
    const headers = this.#headers;
    const hasAuthority = this.hasPseudo(PSEUDO_AUTHORITY);
    if (!hasAuthority) headers.authority = this.#host ?? '';
    if (!this.hasPseudo(PSEUDO_METHOD) || headers.authority === '') return 'messaging';
    if (headers.method === 'CONNECT' && this.protocol === undefined) return this.#checkConnect();
    if (!this.#isTargetWhole(headers)) return 'messaging';
    if (this.protocol !== undefined) return this.#becomeUpgrade(headers, endStream);
    const { contentLength } = this;
    return endStream && contentLength !== UNKNOWN_LENGTH && contentLength !== 0
      ? 'messaging'
      : undefined;
  }

  #isTargetWhole({ method, path }: RequestHeaders): boolean {
    if (!this.hasPseudo(PSEUDO_PATH) || !this.hasPseudo(PSEUDO_SCHEME)) return false;
    return path.charCodeAt(0) === SLASH || (path === '*' && method === 'OPTIONS');
  }

  /** Section 8.5. */
  #checkConnect(): BlockDefect | undefined {
    const isPlain = !this.hasPseudo(PSEUDO_PATH) && !this.hasPseudo(PSEUDO_SCHEME);
    return isPlain && this.contentLength === UNKNOWN_LENGTH ? undefined : 'messaging';
  }

  /** An extended CONNECT goes on as the upgrade that it would have been in HTTP/1.1, as in Envoy. */
  #becomeUpgrade(headers: RequestHeaders, endStream: boolean): BlockDefect | undefined {
    if (headers.method !== 'CONNECT' || endStream) return 'messaging';
    headers.method = 'GET';
    headers.appendKnown(HeaderName.upgrade, 'upgrade', this.protocol as string);
    headers.appendKnown(HeaderName.connection, 'connection', 'upgrade');
    return undefined;
  }
}

function isToken(text: string): boolean {
  if (text === '') return false;
  for (let at = 0; at < text.length; at++) if (IS_TOKEN[text.charCodeAt(at)] !== 1) return false;
  return true;
}

/**
 * RFC 3986 section 2: visible ASCII alone. What follows could be HTTP/1.1, and some servers there end
 * a target at octets such as 0x85 and 0xa0.
 */
function isPath(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (IS_TARGET[text.charCodeAt(at)] !== 1) return false;
  return true;
}

/** RFC 3986 section 3.1; nearly always one of the two that need no look at their letters. */
function isScheme(text: string): boolean {
  return text === 'http' || text === 'https' || SCHEME.test(text);
}
