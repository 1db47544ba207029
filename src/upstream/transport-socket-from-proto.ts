import type { ParseContext } from '#config/parse-context.ts';
import { typeNameOf } from '#config/unpack-any.ts';
import type { TransportSocket } from '#gen/envoy/config/core/v3/base_pb.d.ts';

const RAW_BUFFER = 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';

/** Only plain text so far; other types that Envoy has are refused by the table of what is supported. */
export function parseTransportSocket(
  context: ParseContext,
  message: TransportSocket | undefined,
): void {
  if (message === undefined) return;
  const { configType, name } = message;
  const type = configType.case === 'typedConfig' ? typeNameOf(configType.value.typeUrl) : '';
  if (type === RAW_BUFFER) return;
  context.error(
    type === ''
      ? "Didn't find a registered implementation: the transport socket has no typed_config"
      : 'this transport socket is not supported by Proa yet',
    { value: type === '' ? name : type },
  );
}
