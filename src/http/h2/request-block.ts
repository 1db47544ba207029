import { isValidAuthority } from '#http/authority.ts';
import type { BlockDefect } from '#http/h2/block-defect.ts';
import { HeaderBlock } from '#http/h2/header-block.ts';
import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HeaderList } from '#http/h2/hpack/header-list.ts';
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
import { inlineRequestHeaders } from '#http/inline-headers.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { StatBlock } from '#stats/stat-block.ts';

const { field: stat } = http2Stats;
const SLASH = 0x2f;

/** Reads the head of a request (RFC 9113 section 8.3.1, RFC 8441 section 4). */
export class RequestBlock extends HeaderBlock {
  /** The protocol of an extended CONNECT. */
  protocol: string | undefined = undefined;
  #headers!: RequestHeaders;
  #options!: Http2Options;
  #stats!: StatBlock;
  #host: string | undefined = undefined;

  /** `endStream`: nothing comes behind the head. */
  read(
    list: HeaderList,
    headers: RequestHeaders,
    endStream: boolean,
    options: Http2Options,
    stats: StatBlock,
  ): BlockDefect | undefined {
    this.#headers = headers;
    this.#options = options;
    this.#stats = stats;
    this.#host = undefined;
    this.protocol = undefined;
    return this.readFields(list, headers, options, inlineRequestHeaders) ?? this.#check(endStream);
  }

  protected override onPseudoHeader(field: HeaderField): BlockDefect | undefined {
    const headers = this.#headers;
    const { value } = field;
    switch (field.name.pseudo) {
      case PSEUDO_METHOD:
        headers.method = value;
        return undefined;
      case PSEUDO_PATH:
        headers.path = value;
        headers.isPathNeverIndexed = field.isNeverIndexed;
        return undefined;
      case PSEUDO_SCHEME:
        headers.scheme = value;
        return undefined;
      case PSEUDO_AUTHORITY:
        headers.authority = value;
        return undefined;
      case PSEUDO_PROTOCOL:
        this.protocol = value;
        return this.#options.allowConnect ? undefined : 'invalidField';
      default:
        return 'invalidField';
    }
  }

  protected override onSpecialField(field: HeaderField): BlockDefect | 'kept' | 'leftOut' {
    switch (field.name.role) {
      case 'host':
        return this.#noteHost(field.value) ? 'leftOut' : 'invalidField';
      case 'underscore':
        return this.#screenUnderscore();
      default:
        return super.onSpecialField(field);
    }
  }

  /** What `:authority` says counts; where that is missing there must be one host only. */
  #noteHost(value: string): boolean {
    const isSecond = this.#host !== undefined && !this.hasPseudo(PSEUDO_AUTHORITY);
    this.#host = value;
    return !isSecond && isValidAuthority(value);
  }

  #screenUnderscore(): BlockDefect | 'kept' | 'leftOut' {
    const { headersWithUnderscoresAction } = this.#options;
    if (headersWithUnderscoresAction === 'ALLOW') return 'kept';
    if (headersWithUnderscoresAction === 'REJECT_REQUEST') return 'underscore';
    this.#stats.inc(stat.dropped_headers_with_underscores);
    return 'leftOut';
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
