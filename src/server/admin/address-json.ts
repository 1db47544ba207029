import type { Address } from '#network/address.ts';
import type { JsonObject } from '#server/admin/json-value.ts';

/** `core.v3.Address` in JSON. */
export function addressJson(address: Address): JsonObject {
  if (address.kind === 'pipe') return { pipe: { path: address.path } };
  return { socket_address: { address: address.host, port_value: address.port } };
}
