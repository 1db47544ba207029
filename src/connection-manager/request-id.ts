import { randomUuid } from '#base/uuid.ts';
import type { RequestIdConfig } from '#connection-manager/connection-manager-config.ts';
import type { ManagerRuntime } from '#connection-manager/manager-runtime.ts';
import { HeaderName } from '#http/known-headers.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

const REQUEST_ID = HeaderName['x-request-id'];

/**
 * Gives the request its `x-request-id`: the one it came with, unless it comes from outside to the
 * edge, or a new UUID (Envoy's `UUIDRequestIDExtension`).
 */
export function setRequestId(
  headers: RequestHeaders,
  info: StreamInfo,
  { generate, preserveExternal }: RequestIdConfig,
  runtime: ManagerRuntime,
  isEdge: boolean,
): void {
  const present = headers.getKnown(REQUEST_ID);
  const isKept = !generate || (present !== undefined && (preserveExternal || !isEdge));
  if (isKept && present !== '') {
    info.requestId = present ?? '';
    return;
  }
  info.requestId = randomUuid(runtime.services.random);
  if (present === undefined) headers.appendKnown(REQUEST_ID, 'x-request-id', info.requestId);
  else headers.set('x-request-id', info.requestId);
}
