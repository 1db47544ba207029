import { parseContentLength } from '#http/h1/framing.ts';
import type { BlockDefect } from '#http/h2/block-defect.ts';
import { type BlockLimits, HeaderBlock } from '#http/h2/header-block.ts';
import type { HeaderField } from '#http/h2/hpack/header-field.ts';
import type { HeaderList } from '#http/h2/hpack/header-list.ts';
import { PSEUDO_STATUS } from '#http/h2/hpack/pseudo-header.ts';
import { UNKNOWN_LENGTH } from '#http/h2/stream.ts';
import { inlineResponseHeaders } from '#http/inline-headers.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { ResponseHeaders } from '#http/response-headers.ts';

/** What of the request decides how its response is read. */
export interface RequestKind {
  readonly isHead: boolean;
  readonly isConnect: boolean;
}

/** Reads the head of a response (RFC 9113 section 8.3.2). */
export class ResponseBlock extends HeaderBlock {
  /** How long the body must be, -1 if nothing says so. */
  bodyLength = UNKNOWN_LENGTH;
  #headers!: ResponseHeaders;

  read(
    list: HeaderList,
    headers: ResponseHeaders,
    request: RequestKind,
    endStream: boolean,
    limits: BlockLimits,
  ): BlockDefect | undefined {
    this.#headers = headers;
    return (
      this.readFields(list, headers, limits, inlineResponseHeaders) ??
      this.#check(request, endStream)
    );
  }

  protected override onPseudoHeader({ name, value }: HeaderField): BlockDefect | undefined {
    const status = name.pseudo === PSEUDO_STATUS ? readStatus(value) : 0;
    if (status === 0) return 'invalidField';
    this.#headers.status = status;
    return undefined;
  }

  #check(request: RequestKind, endStream: boolean): BlockDefect | undefined {
    const { status } = this.#headers;
    // HTTP/2 has no 101 (section 8.6), and an interim response is no end.
    if (status === 0 || status === 101 || (status < 200 && endStream)) return 'messaging';
    this.bodyLength = this.contentLength;
    const isTunnel = request.isConnect && status < 300;
    if (status < 200 || status === 204 || isTunnel) {
      // Neither has a length (RFC 9110 section 8.6); as in HTTP/1.1 here, zero is forgiven.
      if (this.contentLength > 0) return 'messaging';
      if (this.contentLength === 0) this.#headers.removeKnown(HeaderName['content-length']);
      this.bodyLength = status === 204 ? 0 : UNKNOWN_LENGTH;
    } else if (request.isHead || status === 304) {
      this.bodyLength = 0;
    } else if (endStream && this.contentLength > 0) {
      return 'messaging';
    }
    return undefined;
  }
}

/** Three digits, from 100 to 999; 0 for everything else. */
function readStatus(text: string): number {
  if (text.length !== 3) return 0;
  const status = parseContentLength(text) ?? 0;
  return status >= 100 ? status : 0;
}
