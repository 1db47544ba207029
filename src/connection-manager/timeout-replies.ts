import { connectionManagerStats } from '#connection-manager/connection-manager-stats.ts';
import type { LocalReply } from '#connection-manager/filter.ts';
import type { StreamTimeout } from '#connection-manager/stream-timeouts.ts';

const { field } = connectionManagerStats;
/** gRPC's DEADLINE_EXCEEDED. */
const DEADLINE_EXCEEDED = 4;

interface TimeoutReply extends Omit<LocalReply, 'status'> {
  readonly field: number;
}

const REPLIES: { readonly [Timeout in Exclude<StreamTimeout, 'logInterval'>]: TimeoutReply } = {
  idle: {
    field: field.downstream_rq_idle_timeout,
    body: 'stream timeout',
    details: 'stream_idle_timeout',
  },
  request: {
    field: field.downstream_rq_timeout,
    body: 'request timeout',
    details: 'request_overall_timeout',
  },
  requestHeaders: {
    field: field.downstream_rq_header_timeout,
    body: 'request header timeout',
    details: 'request_header_timeout',
  },
  duration: {
    field: field.downstream_rq_max_duration_reached,
    body: 'downstream duration timeout',
    details: 'max_duration_timeout',
    grpcStatus: DEADLINE_EXCEEDED,
  },
};

/** The counter of a timeout. */
export function timeoutField(timeout: Exclude<StreamTimeout, 'logInterval'>): number {
  return REPLIES[timeout].field;
}

/** What a client is told that waited too long (504), or made the proxy wait (408). */
export function timeoutReply(
  timeout: Exclude<StreamTimeout, 'logInterval'>,
  isRequestComplete: boolean,
): LocalReply {
  const { body, details, grpcStatus } = REPLIES[timeout];
  const reply = { status: isRequestComplete ? 504 : 408, body, details };
  return grpcStatus === undefined ? reply : { ...reply, grpcStatus };
}
