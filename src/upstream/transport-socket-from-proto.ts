import type { ParseContext } from '#config/parse-context.ts';
import { typeNameOf } from '#config/unpack-any.ts';
import type { Cluster } from '#gen/envoy/config/cluster/v3/cluster_pb.d.ts';
import type { TransportSocket } from '#gen/envoy/config/core/v3/base_pb.d.ts';

const RAW_BUFFER = 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';

/** Only plain text so far; other types that Envoy has are refused by the table of what is supported. */
export function parseTransportSocket(
  context: ParseContext,
  message: TransportSocket | undefined,
): void {
  if (message === undefined) return;
  const { name } = message;
  const type = typeOf(message);
  if (type === RAW_BUFFER) return;
  context.error(
    type === ''
      ? "Didn't find a registered implementation: the transport socket has no typed_config"
      : 'this transport socket is not supported by Proa yet',
    { value: type === '' ? name : type },
  );
}

/** Whether a cluster's connections are plain text. */
export function isRawBuffer({ transportSocket }: Cluster): boolean {
  return transportSocket === undefined || typeOf(transportSocket) === RAW_BUFFER;
}

/** Empty where there is no configuration. */
function typeOf({ configType }: TransportSocket): string {
  return configType.case === 'typedConfig' ? typeNameOf(configType.value.typeUrl) : '';
}
