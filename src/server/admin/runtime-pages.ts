import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { jsonResponse, okResponse, textResponse } from '#server/admin/admin-response.ts';
import type { JsonObject } from '#server/admin/json-value.ts';
import type { RuntimeLayerView } from '#server/runtime/runtime-layer.ts';

export const runtimePage: AdminEndpoint = {
  path: '/runtime',
  help: 'print runtime values',
  mutatesState: false,
  parameters: [],
  handle: (_request, services) => {
    const layers = services.runtime.layers();
    return jsonResponse({ layers: layers.map(({ name }) => name), entries: entriesOf(layers) });
  },
};

/** Every key with its value in each layer, lowest first; the last one that is not empty holds. */
function entriesOf(layers: readonly RuntimeLayerView[]): JsonObject {
  const keys = new Set(layers.flatMap(({ values }) => [...values.keys()]));
  const entries = [...keys].sort().map((key) => {
    const layerValues = layers.map(({ values }) => values.get(key) ?? '');
    const finalValue = layerValues.findLast((value) => value !== '') ?? '';
    return [key, { layer_values: layerValues, final_value: finalValue }] as const;
  });
  return Object.fromEntries(entries);
}

const USAGE = `usage: /runtime_modify?key1=value1&key2=value2&keyN=valueN
       or send the parameters as form values
use an empty value to remove a previously added override`;

export const runtimeModifyAction: AdminEndpoint = {
  path: '/runtime_modify',
  help: 'Adds or modifies runtime values as passed in query parameters. To delete a previously added key, use an empty string as the value. Note that deletion only applies to overrides added via this endpoint; values loaded from disk can be modified via override but not deleted. E.g. ?key1=value1&key2=value2...',
  mutatesState: true,
  parameters: [],
  handle: ({ query }, services) => {
    if (query.entries.size === 0) return textResponse(USAGE, 400);
    const error = services.runtime.mergeAdminValues(query.entries);
    return error === undefined ? okResponse() : textResponse(error, 503);
  },
};
