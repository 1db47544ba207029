import { GRPC_FRAME_HEADER_LENGTH } from '#http/grpc-frame-reader.ts';
import type { HeaderMap } from '#http/header-map.ts';

/** The flag that tells trailers from a message (gRPC-Web, "Message framing"). */
const TRAILERS_FLAG = 0x80;

/** Trailers as the last message of a body: browsers cannot see those of HTTP. */
export function trailersFrame(trailers: HeaderMap): Buffer {
  let lines = '';
  trailers.forEach((name, value) => {
    lines += `${name}:${value}\r\n`;
  });
  const frame = Buffer.alloc(GRPC_FRAME_HEADER_LENGTH + lines.length);
  frame[0] = TRAILERS_FLAG;
  frame.writeUInt32BE(lines.length, 1);
  frame.write(lines, GRPC_FRAME_HEADER_LENGTH, 'latin1');
  return frame;
}
