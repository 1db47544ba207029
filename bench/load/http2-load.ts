import { join } from 'node:path';
import { runToEnd } from '../machine/children.ts';
import type { Placement } from '../machine/placement.ts';
import type { LoadRequest, LoadResult } from './load-generator.ts';

/**
 * What the streams do: `get` asks and reads the answer; `fresh` does so with a trace context and a session that
 * are new each time and go to the table of the connection; `call` sends a gRPC message of 100 bytes and reads
 * the answer with its trailers; `stream` keeps one call open and sends a message whenever the last one has come
 * back.
 */
export type Http2LoadKind = 'get' | 'fresh' | 'call' | 'stream';

/** A closed loop over HTTP/2: every stream is followed by the next one as soon as it is over. */
export interface Http2Load extends LoadRequest {
  readonly kind: Http2LoadKind;
  /** Streams of each connection at the same time. */
  readonly streams: number;
}

const SCRIPT = join(import.meta.dirname, 'http2-load-process.ts');

/** One run of the generator in a process of its own. A message of a `stream` counts as a request. */
export async function runHttp2Load(load: Http2Load, placement: Placement): Promise<LoadResult> {
  const command = { file: process.execPath, args: [SCRIPT, JSON.stringify(load)] };
  return JSON.parse(await runToEnd(placement.surroundings(command))) as LoadResult;
}
