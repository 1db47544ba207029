import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ParseContext } from '#config/parse-context.ts';
import type {
  RuntimeLayer_DiskLayer as DiskLayerMessage,
  LayeredRuntime,
} from '#gen/envoy/config/bootstrap/v3/bootstrap_pb.d.ts';
import type { DiskLayer } from '#server/runtime/disk-layer.ts';
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
        layers.push({ name, kind: 'admin' });
        break;
      case 'diskLayer':
        layers.push(parseDiskLayer(name, layerSpecifier.value, at.at('disk_layer')));
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

function parseDiskLayer(
  name: string,
  { symlinkRoot, subdirectory, appendServiceCluster }: DiskLayerMessage,
  context: ParseContext,
): DiskLayer {
  const at = context.at('symlink_root');
  if (symlinkRoot === '') {
    at.error('invalid file path');
  } else if (!existsSync(dirname(symlinkRoot))) {
    const reason = `unable to add filesystem watch for file ${symlinkRoot}`;
    at.error(`${reason}: No such file or directory`, { value: symlinkRoot });
  }
  return { name, kind: 'disk', symlinkRoot, subdirectory, appendServiceCluster };
}
