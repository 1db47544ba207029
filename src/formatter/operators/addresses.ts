import { ok } from '#base/result.ts';
import { maskedAddress } from '#formatter/masked-address.ts';
import type { OperatorDefinition, OperatorTable } from '#formatter/operator-definition.ts';
import { simple } from '#formatter/operator-definition.ts';
import { numberSource, plainSource, textSource } from '#formatter/value-source.ts';
import type { Address } from '#network/address.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

type ReadAddress = (info: StreamInfo) => Address | undefined;

const downstreamRemote: ReadAddress = (info) => info.remoteAddress;
const downstreamDirectRemote: ReadAddress = (info) => info.downstream.directRemoteAddress;
const downstreamLocal: ReadAddress = (info) => info.downstream.localAddress;
const downstreamDirectLocal: ReadAddress = (info) => info.downstream.directLocalAddress;
const upstreamLocal: ReadAddress = (info) =>
  info.upstreamConnection?.localAddress ?? info.upstreamLocalAddress;

/** Both ends of both connections. */
export const addressOperators: OperatorTable = {
  DOWNSTREAM_REMOTE_ADDRESS: whole(downstreamRemote),
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: withoutPort(downstreamRemote),
  DOWNSTREAM_REMOTE_PORT: port(downstreamRemote),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: whole(downstreamDirectRemote),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT: withoutPort(downstreamDirectRemote),
  DOWNSTREAM_DIRECT_REMOTE_PORT: port(downstreamDirectRemote),
  DOWNSTREAM_LOCAL_ADDRESS: whole(downstreamLocal),
  DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: withoutPort(downstreamLocal),
  DOWNSTREAM_LOCAL_PORT: port(downstreamLocal),
  DOWNSTREAM_DIRECT_LOCAL_ADDRESS: whole(downstreamDirectLocal),
  DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT: withoutPort(downstreamDirectLocal),
  DOWNSTREAM_DIRECT_LOCAL_PORT: port(downstreamDirectLocal),
  // Only internal listeners have such ids.
  DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID: simple(plainSource(() => '')),
  DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID: simple(plainSource(() => '')),
  UPSTREAM_LOCAL_ADDRESS: whole(upstreamLocal),
  UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: withoutPort(upstreamLocal),
  UPSTREAM_LOCAL_PORT: port(upstreamLocal),
};

function whole(read: ReadAddress): OperatorDefinition {
  return simple({ type: 'address', read: ({ streamInfo }) => read(streamInfo) });
}

/** The parameter is the length in bits of the prefix to print instead; what is none is ignored. */
function withoutPort(read: ReadAddress): OperatorDefinition {
  return {
    parameter: 'optional',
    takesLength: false,
    create: (parameter) => {
      if (!/^\d+$/.test(parameter)) {
        return ok(
          textSource(({ streamInfo }) => {
            const address = read(streamInfo);
            return address && (address.kind === 'ip' ? address.host : address.path);
          }),
        );
      }
      const bits = Number(parameter);
      return ok(
        textSource(({ streamInfo }) => {
          const address = read(streamInfo);
          return address && maskedAddress(address, bits);
        }),
      );
    },
  };
}

function port(read: ReadAddress): OperatorDefinition {
  return simple(
    numberSource(({ streamInfo }) => {
      const address = read(streamInfo);
      return address?.kind === 'ip' ? address.port : undefined;
    }),
  );
}
