const BINARY_TYPES = new Set(['application/grpc-web', 'application/grpc-web+proto']);
const TEXT_TYPES = new Set(['application/grpc-web-text', 'application/grpc-web-text+proto']);

export const GRPC_WEB_PROTO = 'application/grpc-web+proto';
export const GRPC_WEB_TEXT_PROTO = 'application/grpc-web-text+proto';

/** Whether a content type is that of a gRPC-Web request, binary or text. */
export function isGrpcWebType(type: string): boolean {
  return BINARY_TYPES.has(type) || TEXT_TYPES.has(type);
}

/** Whether a content type, or what a client accepts, is gRPC-Web as base64. */
export function isGrpcWebTextType(type: string | undefined): boolean {
  return type !== undefined && TEXT_TYPES.has(type);
}

/** Whether an upstream speaks gRPC-Web itself; parameters of the type do not matter. */
export function isBinaryGrpcWebResponseType(type: string | undefined): boolean {
  if (type === undefined) return false;
  const parameters = type.indexOf(';');
  const bare = parameters < 0 ? type : type.slice(0, parameters).trimEnd();
  return BINARY_TYPES.has(bare.toLowerCase());
}
