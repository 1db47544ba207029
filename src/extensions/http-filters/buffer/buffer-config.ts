export const BUFFER_TYPE = 'envoy.extensions.filters.http.buffer.v3.Buffer';
export const BUFFER_PER_ROUTE_TYPE = 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute';

/** What the buffer filter is told (`buffer.v3.Buffer`); plain data. */
export interface BufferConfig {
  /** Bytes; a longer request is answered with 413. */
  readonly maxRequestBytes: number;
}

/** What a route says instead. */
export type BufferRouteConfig = BufferConfig | 'disabled';
