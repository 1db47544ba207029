import type { OperatorTable } from '#formatter/operator-definition.ts';
import { addressOperators } from '#formatter/operators/addresses.ts';
import { byteOperators } from '#formatter/operators/bytes.ts';
import { coalesceOperators } from '#formatter/operators/coalesce.ts';
import { durationOperators } from '#formatter/operators/durations.ts';
import { filterStateOperators } from '#formatter/operators/filter-state.ts';
import { grpcOperators } from '#formatter/operators/grpc.ts';
import { headerOperators } from '#formatter/operators/headers.ts';
import { metadataOperators } from '#formatter/operators/metadata.ts';
import { processOperators } from '#formatter/operators/process.ts';
import { requestTargetOperators } from '#formatter/operators/request-target.ts';
import { responseOperators } from '#formatter/operators/response.ts';
import { timeOperators } from '#formatter/operators/times.ts';
import { upstreamOperators } from '#formatter/operators/upstream.ts';

/** Every command operator that there is, by its name. */
export const operators: OperatorTable = {
  ...headerOperators,
  ...requestTargetOperators,
  ...responseOperators,
  ...byteOperators,
  ...durationOperators,
  ...timeOperators,
  ...addressOperators,
  ...upstreamOperators,
  ...metadataOperators,
  ...grpcOperators,
  ...filterStateOperators,
  ...processOperators,
  ...coalesceOperators,
};
