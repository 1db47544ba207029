import { isIPv6 } from 'node:net';

/** Where a socket is bound or connected. */
export type Address =
  | { readonly kind: 'ip'; readonly host: string; readonly port: number }
  | { readonly kind: 'pipe'; readonly path: string };

/** `10.0.0.1:80`, `[::1]:80` or the path, as Envoy prints addresses. */
export function formatAddress(address: Address): string {
  if (address.kind === 'pipe') return address.path;
  const host = isIPv6(address.host) ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
