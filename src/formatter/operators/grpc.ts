import { err, ok } from '#base/result.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import type { OperatorTable } from '#formatter/operator-definition.ts';
import { simple } from '#formatter/operator-definition.ts';
import { numberSource, plainSource, type ValueSource } from '#formatter/value-source.ts';
import { grpcStatusOf, isGrpcRequest } from '#http/grpc-status.ts';

const CAMEL_NAMES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

const SNAKE_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** The outcome of a gRPC call; absent for other requests. */
export const grpcOperators: OperatorTable = {
  GRPC_STATUS: {
    parameter: 'optional',
    takesLength: false,
    create: (parameter) => {
      switch (parameter) {
        case '':
        case 'CAMEL_STRING':
          return ok(named(CAMEL_NAMES));
        case 'SNAKE_STRING':
          return ok(named(SNAKE_NAMES));
        case 'NUMBER':
          return ok(numberSource(statusNumber));
        default:
          return err(`must be CAMEL_STRING, SNAKE_STRING or NUMBER, not '${parameter}'`);
      }
    },
  },
  GRPC_STATUS_NUMBER: simple(numberSource(statusNumber)),
};

/** A number without a name is printed as it is. */
function named(names: readonly string[]): ValueSource {
  return plainSource((context) => {
    const status = statusNumber(context);
    return status === undefined ? undefined : (names[status] ?? `${status}`);
  });
}

function statusNumber(context: FormatterContext): number | undefined {
  const { requestHeaders, responseHeaders, responseTrailers, streamInfo } = context;
  if (requestHeaders === undefined || !isGrpcRequest(requestHeaders)) return undefined;
  return grpcStatusOf(responseHeaders, responseTrailers, streamInfo.responseCode);
}
