/**
 * All plain connections of a worker read into this while they carry heads and small bodies: what
 * was read is used up or copied before the next read. It is small because what a copy costs is
 * bounded by it.
 */
export const SHARED_READ_BYTES = 16_384;
export const sharedReadBuffer: Buffer = Buffer.allocUnsafeSlow(SHARED_READ_BYTES);

/** Connections with large bodies read into a buffer of their own, which is passed on uncopied. */
const BULK_READ_BYTES = 262_144;
/** Idle bulk buffers that are kept: 16 MiB a worker. */
const POOLED_MAX = 64;

const pool: Buffer[] = [];

export function acquireBulkBuffer(): Buffer {
  return pool.pop() ?? Buffer.allocUnsafeSlow(BULK_READ_BYTES);
}

export function releaseBulkBuffer(buffer: Buffer): void {
  if (pool.length < POOLED_MAX) pool.push(buffer);
}
