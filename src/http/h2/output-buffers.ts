import { ByteWriter } from '#http/h2/byte-writer.ts';

/** Room for the answers of an ordinary turn. */
export const OUTPUT_BYTES = 16_384;
/** A writer that grew beyond this is left to the garbage collector. */
const POOLED_BYTES_MAX = 131_072;
const POOLED_MAX = 64;

const pool: ByteWriter[] = [];

/**
 * Writers of this worker, lent to connections for the turns in which they have something to say. An
 * idle connection has none.
 */
export function acquireOutput(): ByteWriter {
  return pool.pop() ?? new ByteWriter(OUTPUT_BYTES);
}

export function releaseOutput(writer: ByteWriter): void {
  writer.length = 0;
  if (pool.length < POOLED_MAX && writer.buffer.length <= POOLED_BYTES_MAX) pool.push(writer);
}
