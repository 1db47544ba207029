import type { StreamResetReason } from '#http/codec.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';

/** What Envoy calls the reasons in bodies and details (`Http::Utility::resetReasonToString`). */
const TEXTS: { readonly [Reason in StreamResetReason]: string } = {
  localReset: 'local reset',
  localRefusedStreamReset: 'local refused stream reset',
  remoteReset: 'remote reset',
  remoteRefusedStreamReset: 'remote refused stream reset',
  localConnectionFailure: 'local connection failure',
  remoteConnectionFailure: 'remote connection failure',
  connectionTimeout: 'connection timeout',
  connectionTermination: 'connection termination',
  overflow: 'overflow',
  connectError: 'remote error with CONNECT request',
  protocolError: 'protocol error',
  overloadManager: 'overload manager reset',
  http1PrematureUpstreamHalfClose: 'http1 premature upstream half close',
};

const FLAGS: { readonly [Reason in StreamResetReason]: number } = {
  localReset: ResponseFlag.localReset,
  localRefusedStreamReset: ResponseFlag.localReset,
  remoteReset: ResponseFlag.upstreamRemoteReset,
  remoteRefusedStreamReset: ResponseFlag.upstreamRemoteReset,
  localConnectionFailure: ResponseFlag.upstreamConnectionFailure,
  remoteConnectionFailure: ResponseFlag.upstreamConnectionFailure,
  connectionTimeout: ResponseFlag.upstreamConnectionFailure,
  connectionTermination: ResponseFlag.upstreamConnectionTermination,
  overflow: ResponseFlag.upstreamOverflow,
  connectError: ResponseFlag.upstreamRemoteReset,
  protocolError: ResponseFlag.upstreamProtocolError,
  overloadManager: ResponseFlag.overloadManager,
  http1PrematureUpstreamHalfClose: ResponseFlag.upstreamConnectionTermination,
};

/** What becomes of a request whose upstream went away. */
export interface ResetReply {
  readonly status: number;
  readonly body: string;
  readonly details: string;
  readonly flag: number;
}

/**
 * The answer to a request whose upstream went away, and what is logged when another answer has
 * begun already (Envoy's `Filter::onUpstreamReset`).
 */
export function resetReply(
  reason: StreamResetReason,
  transportFailureReason: string,
  isResponseStarted: boolean,
): ResetReply {
  const text = TEXTS[reason];
  const when = isResponseStarted ? 'after' : 'before';
  const what = transportFailureReason === '' ? text : `${text}|${transportFailureReason}`;
  return {
    status: reason === 'protocolError' ? 502 : 503,
    body: `upstream connect error or disconnect/reset before headers. reset reason: ${text}`,
    details: withoutSpaces(`upstream_reset_${when}_response_started{${what}}`),
    flag: FLAGS[reason],
  };
}

function withoutSpaces(text: string): string {
  return text.replaceAll(' ', '_');
}
