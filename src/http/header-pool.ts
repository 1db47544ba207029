import { RequestHeaders, ResponseHeaders } from '#http/header-map.ts';

/** More idle maps than this are left to the garbage collector. */
const POOLED_MAX = 256;

const requestHeaders: RequestHeaders[] = [];
const responseHeaders: ResponseHeaders[] = [];

/**
 * Header maps of this worker, used again: their arrays keep the size that traffic needs. Whoever
 * acquired a map releases it once, when its stream is destroyed.
 */
export function acquireRequestHeaders(): RequestHeaders {
  return requestHeaders.pop() ?? new RequestHeaders();
}

export function releaseRequestHeaders(headers: RequestHeaders): void {
  headers.clear();
  if (requestHeaders.length < POOLED_MAX) requestHeaders.push(headers);
}

export function acquireResponseHeaders(): ResponseHeaders {
  return responseHeaders.pop() ?? new ResponseHeaders();
}

export function releaseResponseHeaders(headers: ResponseHeaders): void {
  headers.clear();
  if (responseHeaders.length < POOLED_MAX) responseHeaders.push(headers);
}
