import { ok } from '#base/result.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { maskedAddress } from '#formatter/masked-address.ts';
import { type OperatorTable, simple } from '#formatter/operator-definition.ts';
import { numberSource, plainSource, textSource } from '#formatter/value-source.ts';
import { withoutSpaces } from '#formatter/without-spaces.ts';

/** Which upstream was asked. */
export const upstreamOperators: OperatorTable = {
  UPSTREAM_HOST: simple(textSource(hostAddress)),
  UPSTREAM_HOST_NAME: simple(textSource(hostName)),
  UPSTREAM_HOST_NAME_WITHOUT_PORT: simple(textSource((context) => withoutPort(hostName(context)))),
  UPSTREAM_REMOTE_ADDRESS: simple(textSource(remoteAddress)),
  UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: {
    parameter: 'optional',
    takesLength: false,
    create: (parameter) => ok(textSource(remoteHost(parameter))),
  },
  // Only internal listeners have such ids.
  UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID: simple(
    plainSource((context) => (remoteAddress(context) === undefined ? undefined : '')),
  ),
  UPSTREAM_REMOTE_PORT: simple(numberSource((context) => portOf(remoteAddress(context)))),
  UPSTREAM_CLUSTER: simple(
    textSource(
      ({ streamInfo: info }) => info.upstreamCluster?.statName ?? info.upstream?.clusterStatName,
    ),
  ),
  UPSTREAM_CLUSTER_RAW: simple(
    textSource(({ streamInfo: info }) => info.upstreamCluster?.name ?? info.upstream?.clusterName),
  ),
  UPSTREAM_PROTOCOL: simple(plainSource(({ streamInfo }) => streamInfo.upstreamProtocol)),
  UPSTREAM_TRANSPORT_FAILURE_REASON: simple(
    textSource(({ streamInfo }) => withoutSpaces(streamInfo.upstreamTransportFailureReason)),
  ),
  UPSTREAM_CONNECTION_POOL_READY_DURATION: simple(
    numberSource(({ streamInfo: { poolReadyMs } }) => (poolReadyMs < 0 ? undefined : poolReadyMs)),
  ),
  // As in Envoy, a request is logged before anybody looks at how its connection ended.
  UPSTREAM_DETECTED_CLOSE_TYPE: simple(
    plainSource(({ streamInfo }) => (streamInfo.upstream === undefined ? undefined : 'Normal')),
  ),
  UPSTREAM_LOCAL_CLOSE_REASON: simple(plainSource(() => undefined)),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: simple(numberSource(({ streamInfo }) => streamInfo.attemptCount)),
  // Lists of every attempt; a request has one until there are retries.
  UPSTREAM_HOSTS_ATTEMPTED: simple(textSource(hostAddress)),
  UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT: simple(
    textSource((context) => withoutPort(hostAddress(context))),
  ),
  UPSTREAM_HOST_NAMES_ATTEMPTED: simple(textSource(hostName)),
  UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT: simple(
    textSource((context) => withoutPort(hostName(context))),
  ),
  UPSTREAM_CONNECTION_IDS_ATTEMPTED: simple(
    plainSource(({ streamInfo }) => streamInfo.upstreamConnection?.connectionId.toString()),
  ),
  UPSTREAM_CONNECTION_ID: simple(
    numberSource(({ streamInfo }) => streamInfo.upstreamConnection?.connectionId ?? 0),
  ),
};

function hostAddress({ streamInfo }: FormatterContext): string | undefined {
  return streamInfo.upstream?.hostAddress;
}

function hostName({ streamInfo }: FormatterContext): string | undefined {
  const { upstream } = streamInfo;
  return upstream && (upstream.hostname || upstream.hostAddress);
}

/** The host's address once there was a connection to it. */
function remoteAddress({ streamInfo }: FormatterContext): string | undefined {
  const isConnected =
    streamInfo.upstreamConnection !== undefined || streamInfo.upstreamLocalAddress !== undefined;
  return isConnected ? streamInfo.upstream?.hostAddress : undefined;
}

/** The parameter is the length in bits of the prefix to print instead; what is none is ignored. */
function remoteHost(parameter: string): (context: FormatterContext) => string | undefined {
  if (!/^\d+$/.test(parameter)) return (context) => withoutPort(remoteAddress(context));
  const bits = Number(parameter);
  return (context) => {
    const text = remoteAddress(context);
    const port = portOf(text);
    const host = withoutPort(text);
    if (port === undefined || host === undefined) return undefined;
    return maskedAddress({ kind: 'ip', host, port }, bits);
  };
}

const PORT = /:(\d+)$/;

function withoutPort(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const host = text.replace(PORT, '');
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

function portOf(text: string | undefined): number | undefined {
  const digits = text === undefined ? undefined : PORT.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
