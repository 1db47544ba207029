import type { ParseContext } from '#config/parse-context.ts';
import type { LayeredRuntime } from '#gen/envoy/config/bootstrap/v3/bootstrap_pb.d.ts';
import type { RuntimeLayer } from '#server/runtime/runtime-layer.ts';
import { staticLayerValues } from '#server/runtime/static-layer.ts';

/** Reads `layered_runtime`; without one there are no layers, as in Envoy. */
export function parseLayeredRuntime(
  message: LayeredRuntime | undefined,
  context: ParseContext,
): readonly RuntimeLayer[] {
  const layers: RuntimeLayer[] = [];
  for (const [index, { name, layerSpecifier }] of (message?.layers ?? []).entries()) {
    const at = context.at('layers').at(index);
    if (layers.some((layer) => layer.name === name)) at.error(`Duplicate layer name: ${name}`);
    switch (layerSpecifier.case) {
      case 'staticLayer': {
        const values = staticLayerValues(layerSpecifier.value, at.at('static_layer'));
        layers.push({ name, kind: 'static', values });
        break;
      }
      case 'adminLayer':
        if (layers.some(({ kind }) => kind === 'admin')) {
          at.error(
            'Too many admin layers specified in LayeredRuntime, at most one may be specified',
          );
        }
        layers.push({ name, kind: 'admin', values: new Map() });
        break;
      case 'diskLayer':
        at.at('disk_layer').error('runtime layers on disk are not implemented');
        break;
      case 'rtdsLayer':
        at.at('rtds_layer').error('runtime layers from a management server are not implemented');
        break;
      case undefined:
        break;
    }
  }
  return layers;
}
