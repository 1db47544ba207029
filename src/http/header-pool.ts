import { HeaderMap } from '#http/header-map.ts';
import { RequestHeaders } from '#http/request-headers.ts';
import { ResponseHeaders } from '#http/response-headers.ts';

/** More idle maps than this are left to the garbage collector. */
const POOLED_MAX = 256;

const requestHeaders: RequestHeaders[] = [];
const responseHeaders: ResponseHeaders[] = [];
const trailers: HeaderMap[] = [];
let inUse = 0;

/** Maps that were acquired and not released yet: 0 when no stream is under way. */
export function headerMapsInUse(): number {
  return inUse;
}

/**
 * Header maps of this worker, used again: their arrays keep the size that traffic needs. Whoever
 * acquired a map releases it once, when its stream is destroyed.
 */
export function acquireRequestHeaders(): RequestHeaders {
  inUse++;
  return requestHeaders.pop() ?? new RequestHeaders();
}

export function releaseRequestHeaders(headers: RequestHeaders): void {
  inUse--;
  giveBack(requestHeaders, headers);
}

export function acquireResponseHeaders(): ResponseHeaders {
  inUse++;
  return responseHeaders.pop() ?? new ResponseHeaders();
}

export function releaseResponseHeaders(headers: ResponseHeaders): void {
  inUse--;
  giveBack(responseHeaders, headers);
}

/** Trailers that are never released are left to the garbage collector. */
export function acquireTrailers(): HeaderMap {
  return trailers.pop() ?? new HeaderMap();
}

export function releaseTrailers(headers: HeaderMap): void {
  giveBack(trailers, headers);
}

function giveBack<Map extends HeaderMap>(pool: Map[], headers: Map): void {
  headers.clear();
  if (pool.length < POOLED_MAX) pool.push(headers);
}
