import { HeaderMap } from '#http/header-map.ts';

/** The fields of a request with Envoy's pseudo-headers; `host` is always in `authority`. */
export class RequestHeaders extends HeaderMap {
  method = '';
  /** Path and query as they stand in the request target; empty for a plain CONNECT. */
  path = '';
  /** Whether no hop may put the path into an HPACK table. */
  isPathNeverIndexed = false;
  scheme = '';
  authority = '';

  override clear(): void {
    super.clear();
    this.method = '';
    this.path = '';
    this.isPathNeverIndexed = false;
    this.scheme = '';
    this.authority = '';
  }
}
