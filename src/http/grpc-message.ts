/** The encoding of `grpc-message` (gRPC over HTTP/2, "Responses"): printable ASCII but for `%`. */
export function encodeGrpcMessage(bytes: string): string {
  return bytes.replace(
    /[^ -$&-}]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
