/** Where a socket is bound or connected. */
export type Address =
  | { readonly kind: 'ip'; readonly host: string; readonly port: number }
  | PipeAddress;

/** A Unix socket. */
export interface PipeAddress {
  readonly kind: 'pipe';
  /** A file, or a name in the abstract namespace, which begins with `@`. */
  readonly path: string;
  /** Permissions of the file that listening makes; nothing leaves them to the system. */
  readonly mode?: number;
}

/** `10.0.0.1:80`, `[::1]:80` or the path, as Envoy prints addresses. */
export function formatAddress(address: Address): string {
  if (address.kind === 'pipe') return address.path;
  // Only IPv6 has colons; asking for one is much cheaper than asking whether it is IPv6.
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
