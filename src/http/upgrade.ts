import type { HeaderMap } from '#http/header-map.ts';
import { HeaderName } from '#http/known-headers.ts';

const UPGRADE_TOKEN = /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i;

/** Whether a message asks for (or agrees to) another protocol on its connection. */
export function isUpgrade(headers: HeaderMap): boolean {
  if (!headers.hasKnown(HeaderName.upgrade)) return false;
  const connection = headers.getKnown(HeaderName.connection);
  return connection !== undefined && UPGRADE_TOKEN.test(connection);
}
