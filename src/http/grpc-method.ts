/** What a gRPC request calls. */
export interface GrpcMethod {
  /** With its package: `helloworld.Greeter`. */
  readonly service: string;
  readonly method: string;
}

/** Takes `/<service>/<method>` apart; nothing for a path of any other form. */
export function parseGrpcMethod(path: string): GrpcMethod | undefined {
  const queryStart = path.indexOf('?');
  const parts = (queryStart < 0 ? path : path.slice(0, queryStart))
    .split('/')
    .filter((part) => part !== '');
  const [service, method] = parts;
  if (parts.length !== 2 || service === undefined || method === undefined) return undefined;
  return { service, method };
}
