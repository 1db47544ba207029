import { HeaderMap } from '#http/header-map.ts';

/** The fields of a response with its pseudo-header. */
export class ResponseHeaders extends HeaderMap {
  /** The status code, 100 to 999. */
  status = 0;

  override clear(): void {
    super.clear();
    this.status = 0;
  }
}
