import { networkInterfaces } from 'node:os';

/** The machine's own address, as others know it: the first that is not loopback. */
export function localIpAddress(version: 'v4' | 'v6'): string {
  const family = version === 'v4' ? 'IPv4' : 'IPv6';
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find((address) => address.family === family && !address.internal);
    if (found !== undefined) return found.address;
  }
  return version === 'v4' ? '127.0.0.1' : '::1';
}
