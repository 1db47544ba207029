import { formatAddress } from '#network/address.ts';
import { addressJson } from '#server/admin/address-json.ts';
import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { jsonResponse, okResponse, textResponse } from '#server/admin/admin-response.ts';
import type { ListenerStatus } from '#server/admin/admin-services.ts';
import type { JsonObject } from '#server/admin/json-value.ts';

export const listenersPage: AdminEndpoint = {
  path: '/listeners',
  help: 'print listener info',
  mutatesState: false,
  parameters: [
    { kind: 'enum', name: 'format', help: 'File format to use', values: ['text', 'json'] },
  ],
  handle: ({ query }, services) => {
    const listeners = services.listeners();
    if (query.get('format') !== 'json') return textResponse(listeners.map(listenerText).join(''));
    return jsonResponse(
      listeners.length === 0 ? {} : { listener_statuses: listeners.map(listenerJson) },
    );
  },
};

function listenerText({ name, localAddresses }: ListenerStatus): string {
  return localAddresses.map((address) => `${name}::${formatAddress(address)}\n`).join('');
}

function listenerJson({ name, localAddresses }: ListenerStatus): JsonObject {
  const [first, ...additional] = localAddresses.map(addressJson);
  return {
    name,
    ...(first === undefined ? {} : { local_address: first }),
    ...(additional.length === 0 ? {} : { additional_local_addresses: additional }),
  };
}

export const drainListenersAction: AdminEndpoint = {
  path: '/drain_listeners',
  help: 'drain listeners',
  mutatesState: true,
  parameters: [
    {
      kind: 'boolean',
      name: 'graceful',
      help: 'When draining listeners, enter a graceful drain period prior to closing listeners. This behaviour and duration is configurable via server options or CLI',
    },
    {
      kind: 'boolean',
      name: 'skip_exit',
      help: 'When draining listeners, drain the connections but never stop the listeners. The graceful parameter has no effect when this is set, since the drain period only delays stopping the listeners',
    },
    {
      kind: 'boolean',
      name: 'inboundonly',
      help: 'Drains all inbound listeners. traffic_direction field in envoy_v3_api_msg_config.listener.v3.Listener is used to determine whether a listener is inbound or outbound.',
    },
  ],
  handle: ({ query }, services) => {
    services.actions.drainListeners({
      inboundOnly: query.has('inboundonly'),
      graceful: query.has('graceful'),
      skipExit: query.has('skip_exit'),
    });
    return okResponse();
  },
};
