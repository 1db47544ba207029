import { type Address, formatAddress } from '#network/address.ts';

/** Why a connection did not come about. */
export interface ConnectFailure {
  /** Before the peer was asked, at once, or by the peer's answer (or the lack of one). */
  readonly stage: 'bind' | 'immediate' | 'delayed';
  /** `ECONNREFUSED` and the like. */
  readonly systemError: string;
}

/** What the C library, and so Envoy, calls errors. */
const ERROR_TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  ECONNABORTED: 'Software caused connection abort',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTDOWN: 'Host is down',
  EHOSTUNREACH: 'No route to host',
  EINVAL: 'Invalid argument',
  EMFILE: 'Too many open files',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ENOENT: 'No such file or directory',
  ENOTSOCK: 'Socket operation on non-socket',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  EPROTOTYPE: 'Protocol wrong type for socket',
  ETIMEDOUT: 'Connection timed out',
};

/** The reason as Envoy words it in %UPSTREAM_TRANSPORT_FAILURE_REASON%. */
export function describeConnectFailure(
  { stage, systemError }: ConnectFailure,
  remote: Address,
  source: Address | undefined,
): string {
  const text = ERROR_TEXTS[systemError] ?? systemError;
  switch (stage) {
    case 'bind':
      return `failed to bind to ${source === undefined ? '' : formatAddress(source)}: ${text}`;
    case 'immediate':
      return `immediate connect error: ${text}|remote address:${formatAddress(remote)}`;
    case 'delayed':
      return `delayed connect error: ${text}`;
  }
}
